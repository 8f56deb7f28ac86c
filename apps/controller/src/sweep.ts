import type { ClusterBackend, GangRef } from '@massif/cluster';
import { isRetryable, isTerminal } from '@massif/contracts';
import type { Store, WatchedJob } from '@massif/store';
import type { Logger } from 'pino';
import { nextAction, type World } from './reconcile.ts';
import type { SilenceClock } from './silence.ts';
import { viewOfWatched } from './view.ts';

export interface SweepOptions {
  store: Store;
  cluster: ClusterBackend;
  silence: SilenceClock;
  signal: AbortSignal;
  log: Logger;
  /** Asks to look at a job. */
  wake(jobId: string): void;
}

/**
 * Finds what nobody told, over all jobs at once: of those that run almost all are to be left alone, and to look at each of a
 * thousand would take seconds. The same decision is made again, from fresh rows, when a job is looked at.
 */
export function createSweep({ store, cluster, silence, signal, log, wake }: SweepOptions): () => Promise<void> {
  return async () => {
    // In this order: a gang that is listed was admitted before, so its job knows of it.
    const gangs = await cluster.list();
    const jobs = await store.jobs.watched();
    const states = new Map(gangs.map((gang) => [keyOf(gang), gang.state]));
    const nowMs = Date.now();
    for (const job of jobs) {
      const quiet = job.current ? silence.of(job.current) : { wordMs: 0, stepMs: 0 };
      const gang = states.get(keyOf({ jobId: job.id, attempt: job.attempt })) ?? 'absent';
      if (needsLook(job, { nowMs, gang, silence: quiet, isRetryable })) wake(job.id);
    }
    await endStrangers(gangs, new Map(jobs.map((job) => [job.id, job])));
  };

  /** Stops gangs that no job knows. */
  async function endStrangers(gangs: readonly GangRef[], known: ReadonlyMap<string, Pick<WatchedJob, 'state' | 'attempt'>>): Promise<void> {
    for (const gang of gangs) {
      const job = known.get(gang.jobId) ?? (await store.jobs.get('everyProject', gang.jobId));
      if (job && job.attempt === gang.attempt) {
        if (isTerminal(job.state)) wake(gang.jobId);
        continue;
      }
      if (signal.aborted) return;
      log.warn(gang, 'stopping a gang that no job knows');
      cluster.stop(gang, { graceSeconds: 0 }).catch((error: unknown) => {
        if (!signal.aborted) log.error({ err: error, ...gang }, 'the gang cannot be stopped');
      });
    }
  }
}

/** Whether there is something to do, or it cannot be told from these rows. */
export function needsLook(job: WatchedJob, world: World): boolean {
  try {
    const view = viewOfWatched(job);
    // How long its earlier attempts ran is read of one job at a time.
    if (view.maxDurationMs !== undefined && job.attempt > 1) return true;
    return nextAction({ ...view, ranBeforeMs: 0 }, world).do !== 'nothing';
  } catch {
    // Whoever looks at it says what is broken.
    return true;
  }
}

const keyOf = ({ jobId, attempt }: GangRef) => `${jobId} ${attempt}`;
