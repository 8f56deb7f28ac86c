import { usageFrameSchema, type UsageFrame } from '@massif/contracts';
import type { Redis } from 'ioredis';
import { connectPatiently } from './connection.ts';

export interface UsageChannel {
  publish(frame: UsageFrame): void;
  subscribe(listener: (frame: UsageFrame) => void): () => void;
  close(): void;
}

const channel = 'massif:usage';

/**
 * Frames from whoever measures to whoever shows, by Redis's publish and subscribe: nothing is kept, and what nobody hears is gone.
 * A connection that subscribes can do nothing else, so that there is one of its own, from the first listener on.
 */
export function openUsageChannel({
  publisher,
  redisUrl,
  onError,
}: {
  publisher: Redis;
  redisUrl: string;
  onError(error: Error): void;
}): UsageChannel {
  const listeners = new Set<(frame: UsageFrame) => void>();
  let subscriber: Redis | undefined;

  const connect = () => {
    const client = connectPatiently(redisUrl, onError);
    client.on('message', (_, text) => {
      const frame = parseFrame(text);
      if (frame) for (const listener of listeners) listener(frame);
    });
    // It waits until there is a Redis; from then on the client subscribes again whenever it has come back.
    client.subscribe(channel).catch(onError);
    return client;
  };

  return {
    publish: (frame) => {
      if (publisher.status === 'ready') publisher.publish(channel, JSON.stringify(frame)).catch(onError);
    },
    subscribe: (listener) => {
      subscriber ??= connect();
      // One of its own: the same listener may be there twice.
      const own = (frame: UsageFrame) => listener(frame);
      listeners.add(own);
      return () => void listeners.delete(own);
    },
    close: () => {
      listeners.clear();
      subscriber?.disconnect();
    },
  };
}

/** Undefined for what is no frame: whoever has the password may publish anything. */
function parseFrame(text: string): UsageFrame | undefined {
  try {
    return usageFrameSchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
