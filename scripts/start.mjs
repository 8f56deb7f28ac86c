// `npm start [-- ARGS]`: everything from a clean checkout to the main job.
import { requireCompiler } from './bootstrap/compiler.mjs';
import { explain, interruptible } from './bootstrap/interrupt.mjs';
import { launch } from './bootstrap/launch.mjs';
import { checkout } from './bootstrap/paths.mjs';
import { createProgress } from './bootstrap/progress.mjs';
import { setUp } from './bootstrap/setup.mjs';

const mainJob = 'examples/moby-dick.yaml';
const given = process.argv.slice(2);
const json = given.includes('--json');

try {
  const progress = createProgress({ json });
  // A demo has jobs of its own.
  const jobs = given.includes('--demo') ? [] : ['--main-job', mainJob];
  const words = ['up', ...jobs, ...given];
  requireCompiler(words, process.env);
  const prepared = await interruptible((abort) => setUp({ root: checkout, environment: process.env, progress, abort, dashboard: true }));
  await launch(words, prepared);
} catch (error) {
  process.exitCode = explain(error, { json });
}
