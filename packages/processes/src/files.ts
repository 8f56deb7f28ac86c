import { randomUUID } from 'node:crypto';
import { linkSync, mkdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * Writes a file, whole and readable by its owner only, unless there is one: of several callers, in several processes, one wins.
 * @returns whether this call wrote it
 */
export function writeOnce(file: string, text: string): boolean {
  const aside = `${file}.${randomUUID()}`;
  try {
    writeFileSync(aside, text, { mode: 0o600 });
    linkSync(aside, file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    return false;
  } finally {
    rmSync(aside, { force: true });
  }
}

/** Writes a file, readable by its owner only, in place of the one that is there: whoever reads it reads the old or the new one whole. */
export function replaceFile(file: string, text: string): void {
  const aside = `${file}.${randomUUID()}`;
  try {
    writeFileSync(aside, text, { mode: 0o600 });
    renameSync(aside, file);
  } catch (error) {
    rmSync(aside, { force: true });
    throw error;
  }
}

/**
 * Makes a directory, and those above it that are missing, for their owner only. One by one: Node's recursive `mkdir` tries for
 * ever where the parent exists and takes no directories, as /proc.
 */
export function makeDirectory(directory: string): void {
  if (statSync(directory, { throwIfNoEntry: false })) return;
  makeDirectory(dirname(directory));
  try {
    mkdirSync(directory, { mode: 0o700 });
  } catch (error) {
    // Somebody else has just made it.
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}
