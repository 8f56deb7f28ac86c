import { existsSync, mkdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

/**
 * Makes a directory and those above it that are missing, one by one: Node's recursive `mkdir` tries for ever where the parent
 * exists and takes no directories, as /proc.
 * @param {string} directory
 * @throws what `mkdir` says of the first one that cannot be made; its `path` names it
 */
export function makeDirectory(directory) {
  const missing = [];
  for (let path = resolve(directory); !statSync(path, { throwIfNoEntry: false }); path = dirname(path)) missing.unshift(path);
  for (const path of missing)
    try {
      mkdirSync(path);
    } catch (error) {
      // Somebody else has just made it.
      if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'EEXIST') throw error;
    }
}

/**
 * Puts a directory in the place of another: nobody sees half of either.
 * @param {string} from on the same file system
 * @param {string} to need not exist
 */
export function replaceDirectory(from, to) {
  const old = `${to}.old`;
  rmSync(old, { recursive: true, force: true });
  if (existsSync(to)) renameSync(to, old);
  renameSync(from, to);
  rmSync(old, { recursive: true, force: true });
}
