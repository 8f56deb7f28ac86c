import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { runGroup } from './group.mjs';
import { findNpm } from './npm.mjs';
import { setupDirectory } from './paths.mjs';
import { SetupProblem } from './problem.mjs';
import { clearStamp, readStamp, stampKey, writeStamp } from './stamp.mjs';
import { pnpmVersion } from './versions.mjs';

/**
 * Whether the packages of the lockfile are installed, for this major version of Node.
 * @param {InstallOptions} options
 */
export function isInstalled(options) {
  return readStamp(stampFile(options.root)) === keyOf(options) && !existsSync(traceOfNpm(options.root));
}

/**
 * @typedef {{ root: string, nodeMajor: number }} InstallOptions
 */

/** @param {InstallOptions} options */
function keyOf({ root, nodeMajor }) {
  return stampKey({
    files: [join(root, 'pnpm-lock.yaml'), join(root, 'pnpm-workspace.yaml')],
    values: [nodeMajor, pnpmVersion, process.platform, process.arch],
  });
}

/**
 * What `npm install` leaves, which somebody may have run out of habit. Its layout of node_modules and pnpm's do not mix.
 * @param {string} root
 */
function traceOfNpm(root) {
  return join(root, 'node_modules', '.package-lock.json');
}

/** @param {string} root */
function removeLayoutOfNpm(root) {
  if (!existsSync(traceOfNpm(root))) return;
  const ours = setupDirectory(root);
  for (const name of readdirSync(join(root, 'node_modules'))) {
    const path = join(root, 'node_modules', name);
    if (path !== ours) rmSync(path, { recursive: true, force: true });
  }
}

/** @param {string} root */
function stampFile(root) {
  return join(setupDirectory(root), 'installed');
}

/**
 * Installs what the lockfile says, nothing else.
 * @param {InstallOptions & { environment: NodeJS.ProcessEnv, abort: AbortSignal, onStart?: (pid: number) => void }} options
 */
export async function install({ root, nodeMajor, environment, abort, onStart }) {
  const key = keyOf({ root, nodeMajor });
  clearStamp(stampFile(root));
  removeLayoutOfNpm(root);
  const npm = findNpm(environment);
  // CI: pnpm must not ask whether it may replace an older node_modules. NODE_ENV=production would leave out what tests need.
  const { NODE_ENV: _, ...rest } = environment;
  const result = await runGroup(
    npm.command,
    [...npm.arguments, 'exec', '--yes', '--', `pnpm@${pnpmVersion}`, 'install', '--frozen-lockfile'],
    {
      cwd: root,
      env: { ...rest, CI: 'true' },
      abort,
      output: 'capture',
      onStart,
    },
  );
  if (result.code !== 0)
    throw new SetupProblem('the packages could not be installed: check the network and `npm config get registry`, then run this again.', {
      detail: result.text,
    });
  writeStamp(stampFile(root), key);
}
