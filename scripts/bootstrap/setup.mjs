import { join } from 'node:path';
import { buildDashboard, isDashboardBuilt } from './dashboard.mjs';
import { generateClient, isGenerated } from './prisma.mjs';
import { install, isInstalled } from './install.mjs';
import { acquireLock } from './lock.mjs';
import { environmentWith, fetchNode, findNode } from './node.mjs';
import { setupDirectory } from './paths.mjs';
import { isNewEnough, majorOf, nodeMajorMin, nodePackages, pnpmVersion } from './versions.mjs';

/**
 * @typedef {object} SetUpOptions
 * @property {NodeJS.ProcessEnv} environment
 * @property {import('./progress.mjs').Progress} progress
 * @property {AbortSignal} abort
 *
 * @typedef {{ node: string, environment: NodeJS.ProcessEnv }} Prepared the Node to use, the environment for what it runs
 */

/**
 * Finds a Node that is new enough, or fetches one: all that a package needs.
 * @param {SetUpOptions & { root?: string }} options root: the checkout, if there is one
 * @returns {Promise<Prepared>}
 */
export async function prepareNode({ root, environment, progress, abort }) {
  const onWait = (/** @type {number} */ pid) => progress.note(`process ${pid} is fetching it, waiting for that`);
  const node =
    findNode({ root, environment }) ??
    (await progress.phase(`fetching Node.js (the one on PATH is ${process.version}, ${nodeMajorMin} or newer is needed)`, () =>
      fetchNode({ root, environment, abort, onWait }),
    ));
  return { node, environment: environmentWith(node, environment) };
}

/**
 * Brings a checkout to where its TypeScript can run: Node, packages, generated code, and for those who start the product the
 * dashboard. Each phase that is done already costs a few milliseconds. Several at the same time wait for one another.
 * @param {SetUpOptions & { root: string, dashboard?: boolean }} options
 * @returns {Promise<Prepared>}
 */
export async function setUp({ root, environment, progress, abort, dashboard = false }) {
  const prepared = await prepareNode({ root, environment, progress, abort });
  const nodeMajor = isNewEnough(process.version)
    ? majorOf(process.version)
    : majorOf(nodePackages[`${process.platform}-${process.arch}`]?.version ?? '');
  if (isInstalled({ root, nodeMajor }) && isGenerated(root) && (!dashboard || isDashboardBuilt(root))) return prepared;

  const onWait = (/** @type {number} */ pid) => progress.note(`process ${pid} is setting up this checkout, waiting for it`);
  const lock = await acquireLock(join(setupDirectory(root), 'lock'), { abort, onWait });
  try {
    const phase = { ...prepared, root, nodeMajor, abort, onStart: lock.share };
    if (!isInstalled(phase)) await progress.phase(`installing packages with pnpm ${pnpmVersion}`, () => install(phase));
    if (!isGenerated(root)) await progress.phase('generating the database client', () => generateClient(phase));
    if (dashboard && !isDashboardBuilt(root)) await progress.phase('building the dashboard', () => buildDashboard(phase));
  } finally {
    lock.release();
  }
  return prepared;
}
