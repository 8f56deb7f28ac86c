#!/usr/bin/env node
// The `massif` command, of a checkout and of the package. Plain JavaScript, for whichever Node is on PATH: sets up what is missing, then
// runs apps/cli under a Node that is new enough.
import { explain, interruptible } from '../scripts/bootstrap/interrupt.mjs';
import { endWithNpx, holdLifeline, launch } from '../scripts/bootstrap/launch.mjs';
import { checkout, isPackage } from '../scripts/bootstrap/paths.mjs';
import { createProgress } from '../scripts/bootstrap/progress.mjs';
import { prepareNode, setUp } from '../scripts/bootstrap/setup.mjs';

/** Also what goes wrong here is one problem object then, and nothing else stands beside it. */
const json = process.argv.includes('--json');

holdLifeline();
endWithNpx();
try {
  const progress = createProgress({ quiet: true, json });
  const dashboard = process.argv.includes('up');
  const prepared = await interruptible((abort) => {
    const options = { environment: process.env, progress, abort };
    return isPackage ? prepareNode(options) : setUp({ ...options, root: checkout, dashboard });
  });
  await launch(process.argv.slice(2), prepared);
} catch (error) {
  process.exitCode = explain(error, { json });
}
