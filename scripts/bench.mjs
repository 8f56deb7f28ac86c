// `npm run bench [-- NAME ...]`: runs the programs bench/*.bench.ts one after the other, those whose name contains a NAME. With --write
// what they print is kept in docs/performance.md.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { describePlace, renderPage } from './bench/page.mjs';
import { explain, interruptible } from './bootstrap/interrupt.mjs';
import { runGroup } from './bootstrap/group.mjs';
import { checkout } from './bootstrap/paths.mjs';
import { SetupProblem } from './bootstrap/problem.mjs';
import { createProgress } from './bootstrap/progress.mjs';
import { setUp } from './bootstrap/setup.mjs';
import { testEnvironment } from './test/environment.mjs';

const directory = join(checkout, 'bench');
const page = join(checkout, 'docs/performance.md');

try {
  const write = process.argv.includes('--write');
  const wanted = process.argv.slice(2).filter((argument) => argument !== '--write');
  const programs = readdirSync(directory)
    .filter((file) => file.endsWith('.bench.ts'))
    .sort();
  const files = programs.filter((file) => wanted.length === 0 || wanted.some((name) => file.includes(name)));
  if (files.length === 0) throw new SetupProblem(`no bench/*.bench.ts is named ${wanted.join(', ')}`, { exitCode: 2 });
  process.exitCode = await interruptible(async (abort) => {
    const { node, environment } = await setUp({
      root: checkout,
      environment: process.env,
      progress: createProgress(),
      abort,
      dashboard: true,
    });
    const env = testEnvironment(environment, { keep: false });
    const output = write ? 'capture' : 'inherit';
    const nameOf = (/** @type {string} */ file) => relative(checkout, join(directory, file));
    /** @type {Parameters<typeof renderPage>[1]} */
    const measured = [];
    let failed = 0;
    for (const file of files) {
      process.stdout.write(`\n== ${file}\n`);
      const place = describePlace();
      const { code, text } = await runGroup(node, [join(directory, file)], { cwd: checkout, env, abort, output });
      process.stdout.write(text);
      if (code === 0) measured.push({ name: nameOf(file), place, text });
      else failed += 1;
    }
    if (write) {
      const before = existsSync(page) ? readFileSync(page, 'utf8') : '';
      writeFileSync(page, renderPage(before, measured, programs.map(nameOf)));
      process.stdout.write(`\nwritten to ${relative(checkout, page)}\n`);
    }
    return failed === 0 ? 0 : 1;
  });
} catch (error) {
  process.exitCode = explain(error);
}
