#!/usr/bin/env node
// The `massif` command, of a checkout and of the package. Plain JavaScript, for whichever Node is on PATH: sets up what is missing, then
// runs apps/cli under a Node that is new enough.
import { requireCompiler } from '../scripts/bootstrap/compiler.mjs';
import { explain, interruptible } from '../scripts/bootstrap/interrupt.mjs';
import { endWithNpx, holdLifeline, launch } from '../scripts/bootstrap/launch.mjs';
import { checkout, isPackage } from '../scripts/bootstrap/paths.mjs';
import { createProgress } from '../scripts/bootstrap/progress.mjs';
import { prepareNode, setUp } from '../scripts/bootstrap/setup.mjs';

/** Also what goes wrong here is one problem object then, and nothing else stands beside it. */
const words = process.argv.slice(2);
const json = words.includes('--json');

holdLifeline();
endWithNpx();
try {
  const progress = createProgress({ quiet: true, json });
  requireCompiler(words, process.env);
  const dashboard = words.includes('up');
  const prepared = await interruptible((abort) => {
    const options = { environment: process.env, progress, abort };
    return isPackage ? prepareNode(options) : setUp({ ...options, root: checkout, dashboard });
  });
  await launch(words, prepared);
} catch (error) {
  process.exitCode = explain(error, { json });
}
