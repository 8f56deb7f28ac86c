import { accessSync, constants, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { makeDirectory } from './directory.mjs';
import { SetupProblem } from './problem.mjs';
import { identify } from './processes.mjs';

const pollMs = 100;

/** A file that stayed unreadable this long was left by a process that died between creating and writing it. */
const unreadableMs = 5_000;

/**
 * @typedef {import('./processes.mjs').ProcessIdentity} Holder
 * @typedef {object} Lock
 * @property {(pid: number) => void} share the lock is also held while this child lives, should its parent be killed
 * @property {() => void} release
 */

/**
 * Waits until this process is the only one that holds the lock file. A lock whose holders are all dead counts as free.
 * @param {string} file
 * @param {{ abort: AbortSignal, onWait?: (holder: number) => void }} options onWait: called once when another process holds it
 * @returns {Promise<Lock>}
 * @throws {SetupProblem} when its directory cannot be written to
 */
export async function acquireLock(file, { abort, onWait }) {
  const self = identify(process.pid);
  try {
    makeDirectory(dirname(file));
    accessSync(dirname(file), constants.W_OK | constants.X_OK);
  } catch (error) {
    const { code, path } = /** @type {NodeJS.ErrnoException} */ (error);
    throw new SetupProblem(
      `${dirname(file)} cannot be written to (${code}${path === undefined || path === dirname(file) ? '' : ` at ${path}`}): make it a directory that you may write to; the cache can be elsewhere with XDG_CACHE_HOME.`,
      { exitCode: 2 },
    );
  }
  let told = false;
  for (;;) {
    abort.throwIfAborted();
    if (create(file, [self])) break;
    const holders = readHolders(file);
    if (holders === 'abandoned') breakLock(file);
    else if (!told) {
      told = true;
      onWait?.(holders[0]?.pid ?? 0);
    } else await sleep(pollMs, undefined, { signal: abort }).catch(() => undefined);
  }
  return {
    share: (pid) => {
      const aside = `${file}.${process.pid}`;
      writeFileSync(aside, JSON.stringify([self, identify(pid)]));
      renameSync(aside, file);
    },
    release: () => rmSync(file, { force: true }),
  };
}

/**
 * @param {string} file
 * @param {Holder[]} holders
 * @returns {boolean} whether the file did not exist and now does
 */
function create(file, holders) {
  try {
    writeFileSync(file, JSON.stringify(holders), { flag: 'wx' });
    return true;
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code === 'EEXIST') return false;
    throw error;
  }
}

/**
 * @param {string} file
 * @returns {Holder[] | 'abandoned'} empty: being written or released right now
 */
function readHolders(file) {
  try {
    /** @type {Holder[]} */
    const holders = JSON.parse(readFileSync(file, 'utf8'));
    return holders.some((holder) => identify(holder.pid).started === holder.started) ? holders : 'abandoned';
  } catch {
    const age = Date.now() - (statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? Date.now());
    return age > unreadableMs ? 'abandoned' : [];
  }
}

/**
 * Removes an abandoned lock. Of several that find it abandoned only one may, and only if it still is: otherwise the slower one
 * would remove the lock that the faster one has just taken.
 * @param {string} file
 */
function breakLock(file) {
  const breaking = `${file}.breaking`;
  if (!create(breaking, [identify(process.pid)])) {
    if (readHolders(breaking) === 'abandoned') rmSync(breaking, { force: true });
    return;
  }
  if (readHolders(file) === 'abandoned') rmSync(file, { force: true });
  rmSync(breaking, { force: true });
}
