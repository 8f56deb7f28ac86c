import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { AppError } from '@massif/contracts';
import { writeOnce } from '@massif/processes';
import type { Lease, LeaseGuard, LeaseStore } from '@massif/store';

/** That a database is this installation's alone, for as long as it is held. */
export interface Claim {
  release(): Promise<void>;
}

export interface ClaimOptions {
  lease: LeaseStore;
  home: string;
  /** Where the database is, for the sentence. */
  place: string;
  /** Told when another installation took it while the database was out of reach. */
  onLost(error: AppError): void;
  ttlMs?: number;
}

const name = 'installation';
const askEveryMs = 200;

/**
 * Makes a database this installation's: two control planes with different homes would start each other's jobs. An installation
 * that has ended without saying so is followed within `ttlMs`; one that lives renews three times in that time, and is found by it.
 * @throws AppError `conflict` naming its host
 */
export async function claimDatabase({ lease, home, place, onLost, ttlMs = 6000 }: ClaimOptions): Promise<Claim> {
  const holder = `${hostname()} ${await installationId(home)}`;
  const acquire = () => lease.acquire({ name, holder, ttlMs });
  const acquireOrThrow = async (): Promise<LeaseGuard> => {
    for (let seen: Lease | null = null; ;) {
      const acquired = await acquire();
      if (acquired) return acquired;
      const other = await lease.find(name);
      if (seen && other && other.expiresAt > seen.expiresAt) throw heldBy(other, place);
      seen ??= other;
      await new Promise((resolve) => setTimeout(resolve, askEveryMs));
    }
  };
  let guard = await acquireOrThrow();
  const renew = async () => {
    // Over, and nobody has taken it: it is ours again.
    const renewed = await acquire();
    if (renewed) guard = renewed;
    else {
      const other = await lease.find(name);
      if (!other) return; // between the two it has ended: the next look takes it
      clearInterval(timer);
      onLost(heldBy(other, place));
    }
  };
  // While the database is away nobody can take it either.
  const timer = setInterval(() => void renew().catch(() => {}), ttlMs / 3);
  return {
    release: async () => {
      clearInterval(timer);
      await lease.release(guard);
    },
  };
}

function heldBy({ holder, acquiredAt }: Lease, place: string): AppError {
  const [host] = holder.split(' ');
  return new AppError(
    'conflict',
    `Another control plane holds this database, ${place} (host ${host}, since ${acquiredAt.toISOString()}): stop it there, or set DATABASE_URL to a database of its own`,
    { context: { host, since: acquiredAt.toISOString() } },
  );
}

/** Of this home, made once. */
async function installationId(home: string): Promise<string> {
  const file = join(home, 'installation-id');
  writeOnce(file, randomUUID());
  return (await readFile(file, 'utf8')).trim();
}
