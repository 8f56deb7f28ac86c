import { once } from 'node:events';
import { AppError } from '@massif/contracts';
import { Redis, type RedisOptions } from 'ioredis';

/** How long a caller is kept waiting for a Redis that has not answered yet. */
const readyWithinMs = 500;

/** Comes back within a second of Redis doing so, however long it was away. */
const common: RedisOptions = { connectTimeout: 2000, retryStrategy: (times) => Math.min(times * 50, 1000) };

export interface ImpatientConnection {
  client: Redis;
  /** Resolves when commands can be sent. @throws AppError `service_unavailable` when that is not soon; its cause is why it is away */
  untilReady(): Promise<void>;
}

/** For callers that rather hear an error than wait: nothing is kept for later, nothing is sent twice. */
export function connectImpatiently(redisUrl: string, onError: (error: Error) => void): ImpatientConnection {
  // Between two attempts to connect nobody would tell.
  let awayBecause: Error | undefined;
  const options = { ...common, enableOfflineQueue: false, maxRetriesPerRequest: 0, commandTimeout: 2000 };
  const client = connect(redisUrl, options, (error) => {
    awayBecause = error;
    onError(error);
  });
  client.on('ready', () => (awayBecause = undefined));
  return {
    client,
    untilReady: async () => {
      if (client.status === 'ready') return;
      try {
        await once(client, 'ready', { signal: AbortSignal.timeout(readyWithinMs) });
      } catch (error) {
        throw unavailable(awayBecause ?? error);
      }
    },
  };
}

/** For a consumer, which waits as long as it takes. BullMQ insists on no limit of retries. */
export function connectPatiently(redisUrl: string, onError: (error: Error) => void): Redis {
  return connect(redisUrl, { ...common, maxRetriesPerRequest: null }, onError);
}

function connect(redisUrl: string, options: RedisOptions, onError: (error: Error) => void): Redis {
  const client = new Redis(redisUrl, options);
  client.on('error', onError);
  return client;
}

export function unavailable(cause: unknown): AppError {
  return new AppError('service_unavailable', 'The queue (Redis) cannot be reached at the moment', { cause });
}

/** Tells each kind of trouble once until it is over: a client that reconnects every second says the same every second. */
export function onceUntilWell(tell: (error: Error) => void): { trouble(error: Error): void; well(): void } {
  const told = new Set<string>();
  return {
    trouble: (error) => {
      const what = 'code' in error ? String(error.code) : error.message;
      if (told.has(what)) return;
      told.add(what);
      tell(error);
    },
    well: () => told.clear(),
  };
}
