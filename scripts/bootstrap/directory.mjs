import { mkdirSync, statSync } from 'node:fs';
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
