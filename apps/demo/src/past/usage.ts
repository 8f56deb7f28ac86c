import type { UsageSample } from '@massif/store';
import { busyOfJob, seedOfJob } from '@massif/cluster/simulated';
import type { Stay } from './lanes.ts';

/** From admission to the first step, about. */
export const startsInMs = 25_000;
/** Measured speed of the planned, about; see the life of a gang. */
const ofPlanned = 0.93;

/** When somebody submitted the job, too. */
export interface SubmittedStay extends Stay {
  createdAtMs: number;
}

/** Use of the cluster over the day, from who stayed where: a row for each `everyMs`. Times are those of the world. */
export function usageOfDay({
  seed,
  stays,
  queuedSinceMs,
  devices,
  fromMs,
  toMs,
  everyMs,
}: {
  seed: number;
  stays: readonly SubmittedStay[];
  /** Since when those wait that wait now. */
  queuedSinceMs: readonly number[];
  devices: number;
  fromMs: number;
  toMs: number;
  everyMs: number;
}): (Omit<UsageSample, 'time'> & { atMs: number })[] {
  const count = Math.floor((toMs - fromMs) / everyMs);
  const rows = Array.from({ length: count }, (_, index) => ({
    atMs: fromMs + (index + 1) * everyMs,
    devices,
    allocated: 0,
    busy: 0,
    useful: 0,
    queued: 0,
    running: 0,
  }));
  /** Adds to the rows of a time, and to those that it reaches into by the part that it does. */
  const add = (beginMs: number, endMs: number, to: (row: (typeof rows)[number], share: number) => void) => {
    const first = Math.max(0, Math.floor((beginMs - fromMs) / everyMs));
    const last = Math.min(count - 1, Math.floor((endMs - fromMs) / everyMs));
    for (let index = first; index <= last; index++) {
      const row = rows[index]!;
      const share = (Math.min(endMs, row.atMs) - Math.max(beginMs, row.atMs - everyMs)) / everyMs;
      if (share > 0) to(row, share);
    }
  };
  for (const { lane, spec, plan, createdAtMs, admittedAtMs, endsAtMs } of stays) {
    const held = lane.devices.length;
    const busy = busyOfJob(seedOfJob(seed, spec));
    add(createdAtMs, admittedAtMs, (row, share) => void (row.queued += share));
    add(admittedAtMs, endsAtMs, (row, share) => {
      row.allocated += held * share;
      row.running += share;
    });
    add(admittedAtMs + startsInMs, endsAtMs, (row, share) => {
      row.busy += held * busy * share;
      row.useful += held * plan.mfu * ofPlanned * share;
    });
  }
  for (const sinceMs of queuedSinceMs) add(sinceMs, toMs, (row, share) => void (row.queued += share));
  return rows.map((row) => ({
    ...row,
    allocated: Math.round(row.allocated),
    queued: Math.round(row.queued),
    running: Math.round(row.running),
  }));
}
