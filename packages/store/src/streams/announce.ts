import type { Query } from '../database/database.ts';
import type { Topic } from '../store.ts';
import { channel } from './channel.ts';

/** Wakes the readers of what is written all the time. */
export interface Announcer {
  /** There is something new, and it is committed. */
  announce(topic: Topic, jobId: string): void;
  /** Tells what is still to be told. */
  close(): Promise<void>;
}

const everyMs = 50;

/**
 * Tells many writes at once. PostgreSQL lets only one transaction that notifies commit at a time, each waiting for its disk: with a
 * notification in each frame, a thousand gangs would wait for one another. What is lost with this process wakes nobody; its
 * readers look when they are connected again, and at the next frame.
 */
export function createAnnouncer(query: Query): Announcer {
  let waiting = new Set<string>();
  let timer: NodeJS.Timeout | undefined;
  let telling: Promise<void> = Promise.resolve();

  const tell = async () => {
    timer = undefined;
    const payloads = [...waiting];
    waiting = new Set();
    if (payloads.length === 0) return;
    try {
      await query(`select pg_notify('${channel}', payload) as notified from unnest($1::text[]) as payload`, [payloads]);
    } catch {
      // The server is away. Whoever listens hears nothing now, and looks when it is back.
    }
  };
  return {
    announce: (topic, jobId) => {
      waiting.add(`${topic} ${jobId}`);
      timer ??= setTimeout(() => {
        telling = tell();
      }, everyMs);
    },
    close: async () => {
      clearTimeout(timer);
      await telling;
      await tell();
    },
  };
}
