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
  return {
    redisUrl: server.url,
    wipe: async () => {
      const client = new Redis(server.url);
      await client.flushall();
      client.disconnect();
    },
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
