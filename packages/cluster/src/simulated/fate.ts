import type { ErrorCode } from '@massif/contracts';
import { deviceMemoryBytes } from './machines.ts';
import { between, exponential, seedOf, uniform } from './random.ts';

/** How an attempt ends, unless its job is through before that. */
export type Fate =
  /** Of the job itself: each attempt that gets so far ends so. `atStep`: before this step is done; undefined: before any. `rank`: the one that it is of. */
  | { kind: 'fails'; code: ErrorCode; message: string; atStep: number | undefined; rank?: number }
  /** Of this attempt: one of its ranks dies after so much training. */
  | { kind: 'rankDies'; rank: number; how: string; afterMs: number };

const hourMs = 3_600_000;
/** Time that a gang of eight trains until one of its ranks dies. */
const rankDiesEveryMs = 14 * hourMs;

const giB = (bytes: number) => (bytes / 2 ** 30).toFixed(1);

type JobFate = (job: { seed: number; steps: number; ranks: number }) => Omit<Extract<Fate, { kind: 'fails' }>, 'kind'>;

/** What becomes of jobs that cannot succeed, and the share of jobs that each becomes of. */
const jobFates: readonly { share: number; fate: JobFate }[] = [
  {
    share: 0.025,
    fate: ({ seed, ranks }) => {
      const rank = Math.floor(uniform(seed, 1) * ranks);
      const needed = giB(deviceMemoryBytes * between(seed, 1.03, 1.25));
      return {
        code: 'device_out_of_memory',
        message: `rank ${rank}: ${needed} GiB do not fit into the ${giB(deviceMemoryBytes)} GiB of the device`,
        atStep: 0,
        rank,
      };
    },
  },
  {
    share: 0.02,
    fate: ({ seed, steps }) => {
      const atStep = Math.max(1, Math.floor(steps * between(seed, 0.05, 0.7)));
      return {
        code: 'nan_loss',
        message: `step ${atStep}: loss NaN, gradient norm NaN; a lower learning rate or a longer warm-up usually helps`,
        atStep,
      };
    },
  },
  { share: 0.012, fate: () => ({ code: 'data_not_found', message: 'data.package: one of its files does not exist', atStep: undefined }) },
  {
    share: 0.01,
    fate: ({ seed, steps }) => ({
      code: 'storage_failed',
      message: 'a checkpoint cannot be written: ENOSPC, no space left on device',
      atStep: Math.max(1, Math.floor(steps * between(seed, 0.3, 0.9))),
    }),
  },
];
/** Jobs of which every attempt crashes at its first steps. */
const crashingShare = 0.006;

const deaths = ['was killed by SIGKILL', 'exited with status 1', 'was killed by SIGBUS', 'exited with status 134'] as const;

export interface FateOptions {
  /** Of the job. */
  seed: number;
  attempt: number;
  /** Of the whole run. */
  steps: number;
  ranks: number;
}

export function fateOf({ seed, attempt, steps, ranks }: FateOptions): Fate {
  const ofJob = seedOf(seed, 'fate');
  let chance = uniform(ofJob);
  for (const { share, fate } of jobFates) {
    if (chance < share) return { kind: 'fails', ...fate({ seed: ofJob, steps, ranks }) };
    chance -= share;
  }
  const ofAttempt = seedOf(seed, 'attempt', attempt);
  const rank = Math.floor(uniform(ofAttempt, 1) * ranks);
  const how = deaths[Math.floor(uniform(ofAttempt, 2) * deaths.length)]!;
  if (chance < crashingShare) return { kind: 'rankDies', rank, how: deaths[1], afterMs: between(ofAttempt, 500, 4000) };
  // The more ranks, the sooner one of them dies; this is for any attempt, however long it would run.
  return { kind: 'rankDies', rank, how, afterMs: exponential(ofAttempt + 3, (rankDiesEveryMs * 8) / ranks) };
}
