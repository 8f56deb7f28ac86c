import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * A stamp says which inputs a phase was last completed for. Cleared before the phase starts, so that one that is cut off is run
 * again.
 */

/**
 * Key of a phase's inputs: files by content, anything else by value. A missing file counts as such.
 * @param {{ files: string[], values: (string | number)[] }} inputs
 */
export function stampKey({ files, values }) {
  const hash = createHash('sha256');
  for (const file of files) hash.update(`${createHash('sha256').update(contentOf(file)).digest('hex')}\n`);
  return hash.update(JSON.stringify(values)).digest('hex');
}

/** @param {string} file */
function contentOf(file) {
  try {
    return readFileSync(file);
  } catch {
    return '';
  }
}

/**
 * @param {string} file
 * @returns {string | undefined}
 */
export function readStamp(file) {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch {
    return undefined;
  }
}

/**
 * @param {string} file
 * @param {string} value
 */
export function writeStamp(file, value) {
  mkdirSync(dirname(file), { recursive: true });
  const aside = `${file}.${process.pid}`;
  writeFileSync(aside, `${value}\n`);
  renameSync(aside, file);
}

/** @param {string} file */
export function clearStamp(file) {
  rmSync(file, { force: true });
}
