import { accessSync, constants, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { execFileSync } from 'node:child_process';
import { runGroup } from './group.mjs';
import { acquireLock } from './lock.mjs';
import { findNpm } from './npm.mjs';
import { cacheDirectory, setupDirectory } from './paths.mjs';
import { SetupProblem } from './problem.mjs';
import { readStamp, writeStamp } from './stamp.mjs';
import { isNewEnough, nodeMajorMin, nodePackages } from './versions.mjs';

/**
 * A Node that can run Massif and is already there: the one that runs us, the one this checkout used last (whoever's cache it is
 * in), or the one in this user's cache.
 * @param {{ root?: string, environment: NodeJS.ProcessEnv, running?: { version: string, path: string } }} options root: the
 *   checkout, which remembers; a package does not, it may lie where its user cannot write
 * @returns {string | undefined} path of the binary
 */
export function findNode({ root, environment, running = { version: process.version, path: process.execPath } }) {
  if (isNewEnough(running.version)) return running.path;
  const cached = cachedNode(environment);
  return [root === undefined ? undefined : readStamp(lastNode(root)), cached?.binary].find(
    (file) => file !== undefined && isExecutable(file),
  );
}

/**
 * Fetches Node from npm into the user's cache. Downloads go to a directory beside it and are renamed when whole, so that
 * nobody ever sees half of one.
 * @param {{ root?: string, environment: NodeJS.ProcessEnv, abort: AbortSignal, onWait?: (pid: number) => void }} options
 * @returns {Promise<string>} path of the binary
 */
export async function fetchNode({ root, environment, abort, onWait }) {
  const target = cachedNode(environment);
  if (!target)
    throw new SetupProblem(
      `Node.js ${nodeMajorMin} or newer is needed and npm has none for ${process.platform}-${process.arch}: install it from https://nodejs.org, then run this again.`,
      { exitCode: 2 },
    );
  const npm = findNpm(environment);
  const lock = await acquireLock(`${target.directory}.lock`, { abort, onWait });
  try {
    if (!isExecutable(target.binary)) {
      const aside = mkdtempSync(`${target.directory}.fetching-`);
      try {
        const specification = `${target.package}@${target.version}`;
        const flags = [
          '--prefix',
          aside,
          '--ignore-scripts',
          '--no-save',
          '--no-package-lock',
          '--no-audit',
          '--no-fund',
          '--loglevel',
          'error',
        ];
        const result = await runGroup(npm.command, [...npm.arguments, 'install', ...flags, specification], {
          cwd: aside,
          env: environment,
          abort,
          output: 'capture',
          onStart: lock.share,
        });
        const unpacked = join(aside, 'node_modules', target.package);
        if (result.code !== 0 || !runs(join(unpacked, 'bin/node')))
          throw new SetupProblem(
            `Node.js ${target.version} could not be fetched from npm: check the network and \`npm config get registry\`, or put Node.js ${nodeMajorMin} on PATH, then run this again.`,
            { detail: result.text },
          );
        // npm takes the directory above a Node's bin for its global one and, up to version 9, fails where that has no lib.
        mkdirSync(join(unpacked, 'lib'), { recursive: true });
        rmSync(target.directory, { recursive: true, force: true });
        renameSync(unpacked, target.directory);
      } finally {
        rmSync(aside, { recursive: true, force: true });
      }
    }
  } finally {
    lock.release();
  }
  if (root !== undefined) writeStamp(lastNode(root), target.binary);
  return target.binary;
}

/** @param {string} root */
function lastNode(root) {
  return join(setupDirectory(root), 'node');
}

/** @param {NodeJS.ProcessEnv} environment */
function cachedNode(environment) {
  const source = nodePackages[`${process.platform}-${process.arch}`];
  if (!source) return undefined;
  const directory = join(cacheDirectory(environment), 'node', source.version);
  return { ...source, directory, binary: join(directory, 'bin/node') };
}

/** @param {string} file */
function isExecutable(file) {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** @param {string} binary */
function runs(binary) {
  try {
    return isNewEnough(execFileSync(binary, ['--version'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }));
  } catch {
    return false;
  }
}

/**
 * The environment for everything that is started from here on: the chosen Node comes first on PATH, and a base directory that
 * is set to nothing is not set (the specification says so, but not every tool follows it).
 * @param {string} node
 * @param {NodeJS.ProcessEnv} environment
 * @returns {NodeJS.ProcessEnv}
 */
export function environmentWith(node, environment) {
  const directory = dirname(node);
  const path = environment.PATH ?? '';
  const set = Object.fromEntries(Object.entries(environment).filter(([name, value]) => value !== '' || !/^XDG_\w+_HOME$/.test(name)));
  return { ...set, PATH: path.split(':')[0] === directory ? path : `${directory}:${path}` };
}
