import { setTimeout as delay } from 'node:timers/promises';
import type { ClusterBackend } from '@massif/cluster';
import type { ReconcileQueue } from '@massif/queue';
import type { Store } from '@massif/store';
import type { Logger } from 'pino';
import type { Calibration } from './calibrate.ts';
import { createExecutor } from './execute.ts';
import { createKeyed } from './keyed.ts';
import { NotLeading, type Term } from './leadership.ts';
import { createPlacement } from './placement.ts';
import { createSilenceClock } from './silence.ts';
import { createSweep } from './sweep.ts';
import { createTokens } from './tokens.ts';
import { createUsageSampling, sampleEveryMs, usageEveryMs } from './usage/sample.ts';

export interface TermOptions {
  term: Term;
  store: Store;
  queue: ReconcileQueue;
  cluster: ClusterBackend;
  /** Undefined: nothing is measured. */
  calibration: Calibration | undefined;
  home: string;
  apiUrl: string;
  log: Logger;
  sweepEveryMs?: number | undefined;
}

/** Jobs that are looked at at the same time. */
const concurrency = 8;
const inventoryEveryMs = 5000;
const partitionsEveryMs = 6 * 3600_000;
/** Between two rounds of placement: three times as long as the round took, and no longer than this. */
const placingPauseMsMax = 1000;
const logDays = 30;
const retainUsageEveryMs = 600_000;
const probeEveryMs = 5000;
const probeWithinMs = 3000;

/**
 * Looks after all jobs until the term is over. Whatever may mean that something is to be done wakes the job: an event in the
 * database, a message of the queue, a gang that ended. What no one told is found by the sweep.
 * Resolves when the nodes are known and the first sweep is on its way.
 */
export async function serveTerm(options: TermOptions): Promise<void> {
  const { term, store, queue, cluster, calibration, apiUrl, log, sweepEveryMs = 5000 } = options;
  const { signal } = term;
  const tokens = createTokens();
  const silence = createSilenceClock();
  const timers = new Set<NodeJS.Timeout>();

  const after = (milliseconds: number, action: () => void) => {
    if (signal.aborted) return;
    const timer = setTimeout(() => {
      timers.delete(timer);
      action();
    }, milliseconds);
    timers.add(timer);
  };
  const tellError =
    (what: string, bindings: Record<string, unknown> = {}) =>
    (error: unknown) => {
      if (!(error instanceof NotLeading) && !signal.aborted) log.error({ err: error, ...bindings }, what);
    };

  const execute = createExecutor({
    ...options,
    tokens,
    silence,
    onLaunch: () => calibration?.yield(),
    onDevices: () => void placing.wake('all'),
    lookAgain: (jobId, inMs) => after(inMs, () => wake(jobId)),
  });
  const jobs = createKeyed({
    concurrency,
    run: async (jobId) => {
      try {
        await execute(jobId);
      } catch (error) {
        tellError('a job cannot be looked after now', { jobId })(error);
        throw error;
      }
    },
  });
  const wake = (jobId: string) => {
    if (!signal.aborted) jobs.wake(jobId).catch(() => {});
  };

  const placeJobs = createPlacement({ store, term, tokens, log });
  let nextPlacing: NodeJS.Timeout | undefined;
  const placing = createKeyed({
    concurrency: 1,
    run: async () => {
      if (signal.aborted) return;
      const begin = performance.now();
      try {
        const { admitted, nextMs } = await placeJobs();
        for (const jobId of admitted) wake(jobId);
        clearTimeout(nextPlacing);
        if (nextMs !== undefined && !signal.aborted) nextPlacing = setTimeout(() => void placing.wake('all'), nextMs);
      } catch (error) {
        tellError('jobs cannot be placed now')(error);
      }
      // Whatever happens meanwhile is one more round: jobs are looked after for as long as they are placed.
      const tookMs = performance.now() - begin;
      await delay(Math.min(3 * tookMs, placingPauseMsMax), undefined, { signal }).catch(() => {});
    },
  });

  const lookForLost = createSweep({ store, cluster, silence, signal, log, wake });
  const sweep = async () => {
    if (signal.aborted) return;
    await lookForLost();
    void placing.wake('all');
  };

  const takeInventory = async () => {
    const nodes = await cluster.inventory();
    const gangs = await cluster.list();
    if (signal.aborted) return;
    await store.nodes.upsert(nodes);
    await store.nodes.markMissing({ except: nodes.map(({ name }) => name) });
    if (!calibration) return;
    for (const { name } of nodes) {
      const row = await store.nodes.get(name);
      if (row) calibration.consider(row, { busy: gangs.length > 0 || row.devices.some(({ heldBy }) => heldBy !== null) });
    }
  };
  /** At an even pace, however long it takes; but half of the time at least is for something else. */
  const repeat = (what: string, everyMs: number, action: () => Promise<void>, waitMs = everyMs) => {
    after(waitMs, () => {
      const beganMs = performance.now();
      void action()
        .catch(tellError(what))
        .finally(() => repeat(what, everyMs, action, Math.max(everyMs / 2, everyMs - (performance.now() - beganMs))));
    });
  };
  const probeApi = async () => {
    const answer = await fetch(`${apiUrl}/readyz`, { signal: AbortSignal.any([signal, AbortSignal.timeout(probeWithinMs)]) }).catch(
      () => null,
    );
    await answer?.body?.cancel();
    silence.probed(answer?.ok ?? false);
  };
  const usage = createUsageSampling({ store, queue, cluster });
  const keepPartitions = async () => {
    await store.partitions.ensure(new Date());
    await store.partitions.retain(new Date(), { logDays });
  };

  await takeInventory();
  if (signal.aborted) return;
  void keepPartitions().catch(tellError('partitions cannot be kept'));
  repeat('partitions cannot be kept', partitionsEveryMs, keepPartitions);
  repeat('the API cannot be probed', probeEveryMs, probeApi);
  repeat('the inventory cannot be taken', inventoryEveryMs, takeInventory);
  repeat('use cannot be measured', sampleEveryMs, usage.sample);
  repeat('use cannot be written down', usageEveryMs, usage.record);
  repeat('old use cannot be forgotten', retainUsageEveryMs, usage.retain);
  const unsubscribe = store.listener.subscribe({
    topics: ['event'],
    onChange: (change) => {
      if (change === 'listening') void sweep().catch(tellError('the sweep failed'));
      else wake(change.jobId);
    },
  });
  const unwatch = cluster.watch(({ jobId, attempt, how }) => {
    log.info({ jobId, attempt, how }, 'a gang has ended');
    wake(jobId);
  });
  const consumer = queue.consume((jobId) => jobs.wake(jobId), { sweep, sweepEveryMs, concurrency });
  const end = () => {
    unsubscribe();
    unwatch();
    clearTimeout(nextPlacing);
    for (const timer of timers) clearTimeout(timer);
    timers.clear();
    void consumer.close();
  };
  if (signal.aborted) end();
  else signal.addEventListener('abort', end, { once: true });
}
