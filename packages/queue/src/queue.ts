import { setTimeout as delay } from 'node:timers/promises';
import type { UsageFrame } from '@massif/contracts';
import { Queue, Worker } from 'bullmq';
import { connectImpatiently, connectPatiently, onceUntilWell, unavailable } from './connection.ts';
import { startSweep } from './sweep.ts';
import { openUsageChannel } from './usage.ts';

/**
 * Wakes controllers: "look at this job". It holds nothing that PostgreSQL does not know, so Redis may be away, or come back
 * empty, at any time: a wake-up that is lost is found by the next sweep.
 */
export interface ReconcileQueue {
  /**
   * Asks that somebody looks at a job. Asking again while the first still waits changes nothing; asking while it is being
   * looked at leads to one more look afterwards.
   * @throws AppError `service_unavailable` within a second or two when Redis is away
   */
  enqueueReconcile(jobId: string): Promise<void>;
  /** @throws AppError `service_unavailable`; its cause is why Redis is away */
  ping(): Promise<void>;
  /**
   * Calls `handler` for each wake-up, again and later when it throws. It is called at least once: after trouble with Redis
   * two calls for one job may overlap.
   */
  consume(handler: (jobId: string) => Promise<void>, options: ConsumeOptions): Consumer;
  /** Shows measured use of devices to whoever looks now. Best effort: lost when Redis is away; never throws, never waits. */
  publishUsage(frame: UsageFrame): void;
  /**
   * Calls `listener` for each frame that is published from now on, but for those while Redis is away.
   * @returns a function that ends it
   */
  onUsage(listener: (frame: UsageFrame) => void): () => void;
  close(): Promise<void>;
}

export interface ConsumeOptions {
  /** Finds what wake-ups have missed. Called at once and then by a timer of this process, whether or not there is a Redis. */
  sweep(): Promise<void>;
  sweepEveryMs?: number;
  /** Jobs that are looked at at the same time. */
  concurrency?: number;
}

export interface Consumer {
  /** Takes no more work and waits for what is under way, for at most a second. */
  close(): Promise<void>;
}

export interface QueueOptions {
  redisUrl: string;
  /** Told of trouble in the background, once per kind until it is over. */
  onError?(error: Error): void;
}

const name = 'reconcile';
const retries = { attempts: 5, backoff: { type: 'exponential', delay: 200 } };
/** The next attempt of a consumer that died in the middle of a job begins after this; by then a sweep has been there. */
const lockMs = 10_000;
const closeWithinMs = 1000;

/** Connects in the background; a Redis that is not there yet is waited for. */
export function openQueue({ redisUrl, onError = () => {} }: QueueOptions): ReconcileQueue {
  const { trouble, well } = onceUntilWell(onError);
  const { client, untilReady } = connectImpatiently(redisUrl, trouble);
  client.on('ready', well);
  const usage = openUsageChannel({ publisher: client, redisUrl, onError: trouble });
  const consumers = new Set<Consumer>();
  let queue: Promise<Queue> | undefined;

  return {
    enqueueReconcile: async (jobId) => {
      await untilReady();
      try {
        const opened = await (queue ??= openBullQueue());
        await opened.add(
          name,
          { jobId },
          { ...retries, deduplication: { id: jobId, keepLastIfActive: true }, removeOnComplete: true, removeOnFail: true },
        );
      } catch (cause) {
        throw unavailable(cause);
      }
    },
    ping: async () => {
      await untilReady();
      await client.ping().catch((cause: unknown) => {
        throw unavailable(cause);
      });
    },
    consume: (handler, options) => {
      const consumer = startConsumer(handler, options);
      consumers.add(consumer);
      return consumer;
    },
    publishUsage: usage.publish,
    onUsage: usage.subscribe,
    close: async () => {
      usage.close();
      await Promise.all([...consumers].map((consumer) => consumer.close()));
      client.disconnect();
      await queue?.then((opened) => opened.close()).catch(trouble);
    },
  };

  /** BullMQ cannot be used any more when Redis goes away while it begins; then the next caller begins anew. */
  async function openBullQueue(): Promise<Queue> {
    const opened = new Queue(name, { connection: client });
    opened.on('error', trouble);
    try {
      await opened.waitUntilReady();
      return opened;
    } catch (error) {
      queue = undefined;
      throw error;
    }
  }

  function startConsumer(
    handler: (jobId: string) => Promise<void>,
    { sweep, sweepEveryMs = 5000, concurrency = 8 }: ConsumeOptions,
  ): Consumer {
    const sweeping = startSweep({ sweep, everyMs: sweepEveryMs, onError });
    const stopping = new AbortController();
    const working = work();
    return {
      close: async () => {
        stopping.abort();
        await Promise.all([sweeping.close(), working]);
      },
    };

    /** A worker of BullMQ rides out most of what happens to Redis; when one does end, the next takes over. */
    async function work(): Promise<void> {
      while (!stopping.signal.aborted) {
        const connection = connectPatiently(redisUrl, trouble);
        const worker = new Worker<{ jobId: string }>(name, ({ data }) => handler(data.jobId), {
          connection,
          concurrency,
          autorun: false,
          runRetryDelay: 500,
          lockDuration: lockMs,
          stalledInterval: lockMs / 2,
          maxStalledCount: 1000,
        });
        worker.on('error', trouble);
        worker.on('failed', (_job, error) => onError(error));
        const aborted = new Promise<void>((resolve) => stopping.signal.addEventListener('abort', () => resolve(), { once: true }));
        await Promise.race([aborted, worker.waitUntilReady().then(() => worker.run())]).catch(trouble);
        // Without Redis the orderly end never comes.
        await Promise.race([worker.close(connection.status !== 'ready'), delay(closeWithinMs)]).catch(trouble);
        await worker.getBackend().close(true).catch(trouble);
        connection.disconnect();
        if (!stopping.signal.aborted) await delay(500, undefined, { signal: stopping.signal }).catch(() => {});
      }
    }
  }
}
