import { randomUUID } from 'node:crypto';
import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ProcessIdentity } from '@massif/processes';
import { claimFile, type AttemptDirectories } from './directories.ts';

/**
 * Writes who runs this attempt, whole, exactly once for ever: of several callers, in several processes, one wins.
 * `undefined` says that nobody ever will.
 * @returns whether this call won
 */
export function claimAttempt(directories: AttemptDirectories, identity: ProcessIdentity | undefined): boolean {
  mkdirSync(directories.attempt, { recursive: true, mode: 0o700 });
  const aside = join(directories.attempt, `.claim-${randomUUID()}`);
  writeFileSync(aside, JSON.stringify(identity ?? null), { mode: 0o600 });
  try {
    linkSync(aside, claimFile(directories));
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    return false;
  } finally {
    rmSync(aside, { force: true });
  }
}

/** Who was started for a claimed attempt; undefined when nobody ever will be. */
export function readClaim(directories: AttemptDirectories): ProcessIdentity | undefined {
  return (JSON.parse(readFileSync(claimFile(directories), 'utf8')) as ProcessIdentity | null) ?? undefined;
}
