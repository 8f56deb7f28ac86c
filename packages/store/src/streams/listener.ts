import pg from 'pg';
import type { Listener, Topic } from '../store.ts';
import { channel, parseNotification } from './channel.ts';

type Subscription = Parameters<Listener['subscribe']>[0];

export interface ClosableListener extends Listener {
  close(): Promise<void>;
}

const retryDelaysMs = [50, 100, 250, 500, 1000];
const connectTimeoutMs = 5000;

/**
 * One connection that listens for all subscriptions, made again when it breaks. What happened before it listened is not known;
 * `listening` tells every reader to look.
 */
export function openListener({ databaseUrl, applicationName }: { databaseUrl: string; applicationName: string }): ClosableListener {
  const subscriptions = new Set<Subscription>();
  let client: pg.Client | undefined;
  let listening: Promise<void> | undefined;
  let closed = false;
  let wake = () => {};

  const tell = ({ jobId, topic }: { jobId: string; topic: Topic }) => {
    for (const { jobId: only, topics, onChange } of subscriptions)
      if ((only === undefined || only === jobId) && (topics === undefined || topics.includes(topic))) onChange({ jobId, topic });
  };

  const connect = async () => {
    const next = new pg.Client({
      connectionString: databaseUrl,
      connectionTimeoutMillis: connectTimeoutMs,
      keepAlive: true,
      application_name: applicationName,
    });
    next.on('notification', ({ payload = '' }) => {
      const change = parseNotification(payload);
      if (change) tell(change);
    });
    next.on('error', () => {});
    next.on('end', () => {
      if (client === next) lost();
    });
    client = next;
    try {
      await next.connect();
      await next.query(`listen ${channel}`);
    } catch (error) {
      client = undefined;
      await next.end().catch(() => {});
      throw error;
    }
  };

  /** Until it listens or is closed. */
  const connectAgain = async () => {
    for (let attempt = 0; !closed; attempt++) {
      try {
        return await connect();
      } catch {
        const { promise, resolve } = Promise.withResolvers<void>();
        const timer = setTimeout(resolve, retryDelaysMs[Math.min(attempt, retryDelaysMs.length - 1)]);
        wake = resolve;
        await promise;
        clearTimeout(timer);
      }
    }
  };

  const listen = async () => {
    await connectAgain();
    if (!closed) for (const { onChange } of subscriptions) onChange('listening');
  };

  const lost = () => {
    client = undefined;
    if (!closed) listening = listen();
  };

  const start = () => (listening ??= listen());

  return {
    subscribe: (subscription) => {
      // A copy: the same object may be subscribed twice.
      const own = { ...subscription };
      subscriptions.add(own);
      void start();
      return () => void subscriptions.delete(own);
    },
    ready: start,
    close: async () => {
      closed = true;
      wake();
      subscriptions.clear();
      await client?.end().catch(() => {});
      await listening;
    },
  };
}
