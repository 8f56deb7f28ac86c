// `npm start [-- ARGS]`: everything from a clean checkout to the main job.
import { requireCompiler } from './bootstrap/compiler.mjs';
import { explain, interruptible } from './bootstrap/interrupt.mjs';
import { launch } from './bootstrap/launch.mjs';
import { checkout } from './bootstrap/paths.mjs';
import { createProgress } from './bootstrap/progress.mjs';
import { setUp } from './bootstrap/setup.mjs';

const mainJob = 'examples/moby-dick.yaml';
const json = process.argv.includes('--json');

try {
  const progress = createProgress({ json });
  const prepared = await interruptible((abort) => setUp({ root: checkout, environment: process.env, progress, abort, dashboard: true }));
  requireCompiler(prepared.environment);
  await launch(['up', '--main-job', mainJob, ...process.argv.slice(2)], prepared);
} catch (error) {
  process.exitCode = explain(error, { json });
}
