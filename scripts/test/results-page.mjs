import { cpus, totalmem } from 'node:os';

/**
 * The page under docs/ that keeps the results of the last `npm run test:full`.
 * @param {import('./tally.mjs').PartResult[]} results
 * @param {{ cpu: string, cores: number, memoryGiB: number, platform: string, date: string }} machine
 */
export function renderResults(results, { cpu, cores, memoryGiB, platform, date }) {
  const sum = (/** @type {'failed' | 'skipped'} */ field) => results.reduce((total, result) => total + result[field].length, 0);
  const passed = results.reduce((total, result) => total + result.passed, 0);
  const long = results.filter(({ part }) => part === 'full');
  return [
    '# Results of the full tests',
    '',
    '<!-- Written by `npm run test:full`; do not edit. -->',
    '',
    `${date}, ${cores} cores of ${cpu}, ${memoryGiB} GiB, ${platform}: **${passed} passed, ${sum('failed')} failed, ${sum('skipped')} skipped.**`,
    '',
    '| part | passed | failed | skipped |',
    '|---|---:|---:|---:|',
    ...results.map(({ part, passed, failed, skipped }) => `| ${part} | ${passed} | ${failed.length} | ${skipped.length} |`),
    '',
    '## Long tests',
    '',
    '| test | time | what it measured |',
    '|---|---:|---|',
    ...long.flatMap(({ measured }) =>
      measured.map(({ name, durationMs, notes }) => `| ${cell(name)} | ${(durationMs / 1000).toFixed(1)} s | ${cell(notes.join('; '))} |`),
    ),
    ...long.flatMap(({ failed }) => failed.map(({ name, message }) => `| ${cell(name)} | | **failed**: ${cell(message)} |`)),
    ...long.flatMap(({ skipped }) => skipped.map(({ name, reason }) => `| ${cell(name)} | | skipped: ${cell(reason)} |`)),
    '',
  ].join('\n');
}

/** @param {string} text */
function cell(text) {
  return (text.split('\n')[0] ?? '').replaceAll('|', String.raw`\|`);
}

export function describeMachine() {
  return {
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    platform: `${process.platform}-${process.arch}`,
    date: new Date().toISOString().slice(0, 10),
  };
}
