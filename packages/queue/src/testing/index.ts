/** A Redis for tests, to be treated as badly as life does. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { startRedis } from '../server/start.ts';

export interface TestRedis extends AsyncDisposable {
  redisUrl: string;
  /** Everything in it is gone. */
  wipe(): Promise<void>;
  /** As anybody may who has the password. */
  publish(channel: string, message: string): Promise<void>;
  /** Kills it. */
  kill(): Promise<void>;
  /** Starts it again after `kill`, empty, at the same address. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

/** Starts a Redis (Valkey in WebAssembly) of its own for the caller, in about 200 ms. */
export async function testRedis(): Promise<TestRedis> {
  const directory = mkdtempSync(join(tmpdir(), 'massif-redis-'));
  let server = await startRedis({ directory });
  const port = Number(new URL(server.url).port);
  const stop = async () => {
    await server.stop();
    rmSync(directory, { recursive: true, force: true });
  };
  const ask = async (what: (client: Redis) => Promise<unknown>) => {
    const client = new Redis(server.url);
    await what(client);
    client.disconnect();
  };
  return {
    redisUrl: server.url,
    wipe: () => ask((client) => client.flushall()),
    publish: (channel, message) => ask((client) => client.publish(channel, message)),
    kill: async () => {
      process.kill(server.pid, 'SIGKILL');
      await server.exited;
    },
    restart: async () => {
      server = await startRedis({ directory, port });
    },
    stop,
    [Symbol.asyncDispose]: stop,
  };
}
