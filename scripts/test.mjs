// `npm test`, and with names of parts `npm run check`, `lint`, `unit` ...: sets up, runs the parts, prints one total last.
import { writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { explain, interruptible } from './bootstrap/interrupt.mjs';
import { checkout } from './bootstrap/paths.mjs';
import { Interrupted } from './bootstrap/problem.mjs';
import { createProgress } from './bootstrap/progress.mjs';
import { setUp } from './bootstrap/setup.mjs';
import { parseArguments } from './test/arguments.mjs';
import { testEnvironment } from './test/environment.mjs';
import { longPartsOf, partsOf } from './test/parts.mjs';
import { describeMachine, renderResults } from './test/results-page.mjs';
import { runPart } from './test/run-part.mjs';
import { isSuccess, summarise, summariseInLine, tallyCheck } from './test/tally.mjs';

const resultsPage = join(checkout, 'docs/full-test-results.md');

/** @type {import('./test/tally.mjs').PartResult[]} */
const results = [];
try {
  const everyPart = [...partsOf(checkout), ...longPartsOf(checkout)];
  const options = parseArguments(
    process.argv.slice(2),
    everyPart.map(({ name }) => name),
  );
  const parts =
    options.only.length > 0 ? everyPart.filter(({ name }) => options.only.includes(name)) : options.full ? everyPart : partsOf(checkout);
  const dashboard = parts.some(({ startsProduct }) => startsProduct);
  await interruptible(async (abort) => {
    const prepared = await setUp({ root: checkout, environment: process.env, progress: createProgress(), abort, dashboard });
    const environment = testEnvironment(prepared.environment, { keep: options.keepEnvironment });
    for (const part of parts) {
      const start = Date.now();
      process.stdout.write(`\n== ${part.name}\n`);
      const result = await runPart(part, { node: prepared.node, root: checkout, environment, abort, extra: options.extra });
      results.push(result);
      process.stdout.write(`${summariseInLine(result)}, ${((Date.now() - start) / 1000).toFixed(1)} s\n`);
    }
  });
  if (options.full) {
    writeFileSync(resultsPage, renderResults(results, describeMachine()));
    process.stdout.write(`\nresults written to ${relative(checkout, resultsPage)}\n`);
  }
  process.exitCode = isSuccess(results) ? 0 : 1;
} catch (error) {
  process.exitCode = explain(error);
  if (!(error instanceof Interrupted))
    results.push(tallyCheck('set-up', { ending: error instanceof Error ? error.message : String(error), durationMs: 0 }));
}
process.stdout.write(summarise(results));
