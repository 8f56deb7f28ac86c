import { errorCatalogue, errorCodes } from './catalogue.ts';

/** `docs/errors.md`: a section per code. A test fails when the committed file differs. */
export function renderErrorDocs(): string {
  const sections = errorCodes.map((code) => {
    const { status, retryable, title, meaning, fix } = errorCatalogue[code];
    return `## ${code}\n\n**${title}.** HTTP ${status}${retryable ? ', worth another try' : ''}.\n\n${meaning}\n\n*What to do:* ${fix}\n`;
  });
  const rows = errorCodes.map((code) => `| [${code}](#${code}) | ${errorCatalogue[code].status} | ${errorCatalogue[code].title} |`);
  return [
    '# Error codes',
    '',
    'Made from `packages/contracts/src/errors/catalogue.ts` by `npm run openapi`; do not edit.',
    '',
    'Errors of the REST API and, with `--json`, of the CLI are problem objects (RFC 9457): `code` is what programs branch on, `detail` says what',
    'happened this time, `errors` names each wrong field with a fix, `requestId` finds the request in the logs.',
    '',
    '| code | HTTP | |',
    '|---|---|---|',
    ...rows,
    '',
    ...sections,
  ].join('\n');
}
