// `npm run bench [-- NAME ...]`: runs the programs bench/*.bench.ts one after the other, those whose name contains a NAME. With --write all
// of them run, and what they print is kept in docs/performance.md.
import { readdirSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { explain, interruptible } from './bootstrap/interrupt.mjs';
import { runGroup } from './bootstrap/group.mjs';
import { checkout } from './bootstrap/paths.mjs';
import { SetupProblem } from './bootstrap/problem.mjs';
import { createProgress } from './bootstrap/progress.mjs';
import { setUp } from './bootstrap/setup.mjs';
import { testEnvironment } from './test/environment.mjs';
import { describeMachine } from './test/results-page.mjs';

const directory = join(checkout, 'bench');
const page = join(checkout, 'docs/performance.md');

try {
  const write = process.argv.includes('--write');
  const wanted = process.argv.slice(2).filter((argument) => argument !== '--write');
  if (write && wanted.length > 0) throw new SetupProblem('--write runs every program, without names', { exitCode: 2 });
  const files = readdirSync(directory)
    .filter((file) => file.endsWith('.bench.ts') && (wanted.length === 0 || wanted.some((name) => file.includes(name))))
    .sort();
  if (files.length === 0) throw new SetupProblem(`no bench/*.bench.ts is named ${wanted.join(', ')}`, { exitCode: 2 });
  process.exitCode = await interruptible(async (abort) => {
    const { node, environment } = await setUp({ root: checkout, environment: process.env, progress: createProgress(), abort });
    const env = testEnvironment(environment, { keep: false });
    const output = write ? 'capture' : 'inherit';
    /** @type {string[]} */
    const sections = [];
    let failed = 0;
    for (const file of files) {
      process.stdout.write(`\n== ${file}\n`);
      const { code, text } = await runGroup(node, [join(directory, file)], { cwd: checkout, env, abort, output });
      process.stdout.write(text);
      sections.push(`## ${relative(checkout, join(directory, file))}\n\n\`\`\`text\n${text.replaceAll(/^\n+|\s+$/g, '')}\n\`\`\``);
      if (code !== 0) failed += 1;
    }
    if (write && failed === 0) {
      const { cpu, cores, memoryGiB, platform, date } = describeMachine();
      const measured = `\`npm run bench -- --write\`, ${date}, ${cores} cores of ${cpu}, ${memoryGiB} GiB, ${platform}.`;
      const head = ['# Performance', '<!-- Written by `npm run bench -- --write`; do not edit. -->', measured];
      writeFileSync(page, `${[...head, ...sections].join('\n\n').trimEnd()}\n`);
      process.stdout.write(`\nwritten to ${relative(checkout, page)}\n`);
    }
    return failed === 0 ? 0 : 1;
  });
} catch (error) {
  process.exitCode = explain(error);
}
