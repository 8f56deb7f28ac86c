import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { isAlive, writeOnce, type ProcessIdentity } from '@massif/processes';

const lockFile = (home: string) => join(home, 'run', 'up.lock');

/**
 * Makes this process the one `massif up` of an installation. What a dead one left counts as free.
 * @returns the one that already is, when there is one
 */
export function claimHome(home: string, self: ProcessIdentity): ProcessIdentity | undefined {
  const file = lockFile(home);
  for (;;) {
    if (writeOnce(file, JSON.stringify(self))) return undefined;
    const holder = readHolder(file);
    if (holder && isAlive(holder)) return holder;
    breakLock(file, self);
  }
}

/** Whether this process is the `massif up` of the installation, or was the last one if it is dead. */
export function holdsHome(home: string, identity: ProcessIdentity): boolean {
  const holder = readHolder(lockFile(home));
  return holder?.pid === identity.pid && holder.startTicks === identity.startTicks && holder.bootId === identity.bootId;
}

export function releaseHome(home: string, identity: ProcessIdentity): void {
  if (holdsHome(home, identity)) rmSync(lockFile(home), { force: true });
}

/** Of several that find a lock abandoned only one may remove it, and only if it still is: else the slower one would remove the faster one's. */
function breakLock(file: string, self: ProcessIdentity): void {
  const breaking = `${file}.breaking`;
  const abandoned = (path: string) => {
    const holder = readHolder(path);
    return !holder || !isAlive(holder);
  };
  if (!writeOnce(breaking, JSON.stringify(self))) {
    if (abandoned(breaking)) rmSync(breaking, { force: true });
    return;
  }
  if (abandoned(file)) rmSync(file, { force: true });
  rmSync(breaking, { force: true });
}

function readHolder(file: string): ProcessIdentity | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as ProcessIdentity;
  } catch {
    return undefined;
  }
}
