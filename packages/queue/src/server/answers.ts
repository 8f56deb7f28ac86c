import { setTimeout as delay } from 'node:timers/promises';
import { Redis } from 'ioredis';
import type { ChildServer } from './child.ts';

/** An append-only file of a large queue takes a while to be read. */
const answersWithinMs = 20_000;

/** Resolves when the server answers to its password. @throws Error with how it ended, or that it is silent */
export async function untilAnswers({
  server,
  port,
  password,
  log,
}: {
  server: ChildServer;
  port: number;
  password: string;
  log: string;
}): Promise<void> {
  const client = new Redis({ host: '127.0.0.1', port, password, lazyConnect: true, maxRetriesPerRequest: 0, retryStrategy: () => null });
  client.on('error', () => {});
  let ended: string | undefined;
  void server.exited.then((how) => (ended = how));
  const deadline = performance.now() + answersWithinMs;
  try {
    while (ended === undefined && performance.now() < deadline) {
      const pid = await processId(client);
      if (pid === server.pid) return;
      if (pid !== undefined) break;
      await delay(20);
    }
  } finally {
    client.disconnect();
  }
  await server.stop();
  throw new Error(`Redis ${ended ?? `does not answer on port ${port}, or another one does`}; see ${log}`);
}

/** Who answers there: a predecessor that still holds the port must not be taken for the server that was just started. */
async function processId(client: Redis): Promise<number | undefined> {
  try {
    if (client.status !== 'ready') await client.connect();
    return Number(/^process_id:(\d+)/m.exec(await client.info('server'))?.[1]);
  } catch {
    client.disconnect();
    return undefined;
  }
}
