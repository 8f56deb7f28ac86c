import { readFileSync } from 'node:fs';
import { makeDirectory, writeOnce, type ProcessIdentity } from '@massif/processes';
import { claimFile, type AttemptDirectories } from './directories.ts';

/**
 * Writes who runs this attempt, whole, exactly once for ever: of several callers, in several processes, one wins.
 * `undefined` says that nobody ever will.
 * @returns whether this call won
 */
export function claimAttempt(directories: AttemptDirectories, identity: ProcessIdentity | undefined): boolean {
  makeDirectory(directories.attempt);
  return writeOnce(claimFile(directories), JSON.stringify(identity ?? null));
}

/** Who was started for a claimed attempt; undefined when nobody ever will be. */
export function readClaim(directories: AttemptDirectories): ProcessIdentity | undefined {
  return (JSON.parse(readFileSync(claimFile(directories), 'utf8')) as ProcessIdentity | null) ?? undefined;
}
