import { setTimeout } from 'node:timers/promises';
import { isTerminal, jobStates } from '@massif/contracts';
import { seedOf, uniform } from '@massif/cluster/simulated';
import type { Client } from '@massif/sdk';
import type { Plans } from './plans.ts';
import { specOf } from './specs.ts';

export interface KeepOptions {
  client: Client;
  plans: Plans;
  seed: number;
  /** That are to run or wait. */
  jobs: number;
  signal: AbortSignal;
  onError(error: unknown): void;
}

const activeStates = jobStates.filter((state) => !isTerminal(state));
const everyMs = 1500;
/** In one go: those who use the cluster are people. */
const submitsMax = 8;
/** Each time: somebody thinks better of a job. */
const cancelChance = 0.012;

/** Keeps a number of jobs in the system: as many are submitted as have ended, by the REST API as anybody would. */
export async function keepJobs({ client, plans, seed, jobs, signal, onError }: KeepOptions): Promise<void> {
  for (let round = 0; !signal.aborted; round++) {
    try {
      await submitMissing();
      if (uniform(seedOf(seed, 'cancel'), round) < cancelChance) await cancelOne(round);
    } catch (error) {
      // The API is away for a moment.
      if (!signal.aborted) onError(error);
    }
    await setTimeout(everyMs, undefined, { signal }).catch(() => {});
  }

  async function submitMissing(): Promise<void> {
    const { total: active } = await client.jobs.summaries({ state: activeStates, limit: 1, signal });
    const missing = Math.min(submitsMax, jobs - active);
    if (missing <= 0) return;
    // Everything that was ever there has had a number.
    const { total } = await client.jobs.summaries({ limit: 1, signal });
    for (let index = total; index < total + missing; index++) {
      const { spec } = specOf({ seed, index: firstLiveIndex + index, stepTimeMs: (shape) => plans.of(shape, 1).stepTimeMs });
      await client.jobs.submit(spec, { signal });
    }
  }

  async function cancelOne(round: number): Promise<void> {
    const state = round % 2 === 0 ? 'running' : 'queued';
    const { items } = await client.jobs.summaries({ state, limit: 20, signal });
    const job = items[Math.floor(uniform(seedOf(seed, 'whom'), round) * items.length)];
    if (job) await client.jobs.cancel(job.id, { signal });
  }
}

/** Jobs of the past are numbered below. */
const firstLiveIndex = 100_000;
