import { groupIsGone, groupMembers, isAlive, readRunRecords, removeRunRecord, stopProcess, type RunRecord } from '@massif/processes';
import type { ClusterBackend, GangEnded, GangRef } from '../port.ts';
import { claimAttempt, readClaim } from './claim.ts';
import { attemptDirectories } from './directories.ts';
import { readPlaces } from './places.ts';
import { inventoryOfHost } from './inventory.ts';
import { startSupervisor } from './start.ts';
import { createUsageMeter } from './usage.ts';

export interface LocalClusterOptions {
  /** MASSIF_HOME: attempts under `jobs/`, run records under `run/`. */
  home: string;
  /** The supervisor's program and leading arguments; the path of `attempt.json` is appended. */
  command: readonly string[];
  /** Environment of the supervisors. */
  environment: Record<string, string | undefined>;
  /** How often to look for gangs that have ended. */
  lookEveryMs?: number;
}

/** This host as a cluster of one node. A gang is one detached supervisor process and whatever is in its process group. */
export function createLocalCluster({ home, command, environment, lookEveryMs = 250 }: LocalClusterOptions): ClusterBackend {
  const watchers = new Set<(gang: GangEnded) => void>();
  const stopping = new Map<string, Promise<void>>();
  /** Children of this instance, and how they ended once they have; gangs that an earlier one started are not here. */
  const children = new Map<string, { how?: string }>();
  /** Gangs that were there at the last look. */
  const known = new Map<string, RunRecord & GangRef>();
  const meter = createUsageMeter();
  const places = readPlaces(home);

  const look = () => {
    const present = readRunRecords(home)
      .filter(isGang)
      .filter((record) => !groupIsGone(record));
    const keys = new Set(present.map(keyOf));
    for (const record of present) {
      known.set(keyOf(record), record);
      // Ranks without a supervisor can neither report nor be asked to leave.
      if (!isAlive(record)) killMembers(record);
    }
    for (const [key, record] of known) {
      const child = children.get(key);
      // A child is gone a moment before we are told how it ended.
      if (keys.has(key) || (child && child.how === undefined)) continue;
      known.delete(key);
      children.delete(key);
      removeRunRecord(home, record);
      const how = child?.how;
      for (const tell of watchers) tell({ jobId: record.jobId, attempt: record.attempt, how });
    }
    return present;
  };
  const timer = setInterval(look, lookEveryMs);
  timer.unref();

  return {
    inventory: () => Promise.resolve([inventoryOfHost()]),

    usage: () => {
      const ranks = readRunRecords(home).filter((record) => record.role === 'rank');
      return Promise.resolve([meter.measure(inventoryOfHost(), places.of(ranks))]);
    },

    launch: async (gang) => {
      await startSupervisor({
        directories: attemptDirectories(home, gang),
        gang,
        command,
        environment,
        onStarted: (record) => {
          known.set(keyOf(gang), { ...record, jobId: gang.jobId, attempt: gang.attempt });
          children.set(keyOf(gang), {});
        },
        onExit: (how) => {
          children.set(keyOf(gang), { how });
          look();
        },
      });
    },

    list: () =>
      Promise.resolve(
        look().map((record) => ({
          jobId: record.jobId,
          attempt: record.attempt,
          state: stopping.has(keyOf(record)) ? ('stopping' as const) : ('running' as const),
        })),
      ),

    stop: (gang, { graceSeconds }) => {
      const key = keyOf(gang);
      const already = stopping.get(key);
      if (already) return already;
      const stopped = stopGang(gang, graceSeconds * 1000).finally(() => {
        stopping.delete(key);
        look();
      });
      stopping.set(key, stopped);
      return stopped;
    },

    watch: (onEnded) => {
      watchers.add(onEnded);
      return () => void watchers.delete(onEnded);
    },

    close: () => {
      clearInterval(timer);
      watchers.clear();
      return Promise.resolve();
    },
  };

  async function stopGang(gang: GangRef, graceMs: number): Promise<void> {
    const directories = attemptDirectories(home, gang);
    // A launch that is on its way, here or in a controller that has been replaced, comes too late from now on.
    if (claimAttempt(directories, undefined)) return;
    const identity = readClaim(directories);
    if (identity && !(await stopProcess(identity, { graceMs, group: true }))) throw new Error(`the processes of ${keyOf(gang)} do not end`);
  }
}

const keyOf = ({ jobId, attempt }: GangRef) => `${jobId} attempt ${attempt}`;

function isGang(record: RunRecord): record is RunRecord & GangRef {
  return record.role === 'supervisor' && record.jobId !== undefined && record.attempt !== undefined;
}

function killMembers(leader: RunRecord): void {
  for (const pid of groupMembers(leader)) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // It has just ended.
    }
  }
}
