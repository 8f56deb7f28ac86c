/**
 * Writes what is generated from the contracts and the routes: docs/openapi.json, docs/errors.md and docs/job-spec.md. With `--check` it only
 * compares, and fails when one of them is stale.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { renderErrorDocs, renderJobSpecDocs } from '@massif/contracts';
import { buildUnopenedApp } from './openapi/unopened.ts';

const app = await buildUnopenedApp();
const generated = {
  'docs/openapi.json': `${JSON.stringify(app.swagger(), null, 2)}\n`,
  'docs/errors.md': renderErrorDocs(),
  'docs/job-spec.md': renderJobSpecDocs(),
};
await app.close();
const stale: string[] = [];
for (const [name, text] of Object.entries(generated)) {
  const file = new URL(`../../../${name}`, import.meta.url);
  if ((await readFile(file, 'utf8').catch(() => undefined)) === text) continue;
  if (!process.argv.includes('--check')) await writeFile(file, text);
  stale.push(name);
}
if (process.argv.includes('--check') && stale.length > 0) {
  process.stderr.write(`${stale.join(' and ')} ${stale.length === 1 ? 'is' : 'are'} stale; run \`npm run openapi\` and commit it\n`);
  process.exitCode = 1;
} else process.stdout.write(stale.length === 0 ? 'docs are up to date\n' : `wrote ${stale.join(' and ')}\n`);
