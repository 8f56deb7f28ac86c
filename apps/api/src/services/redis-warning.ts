import type { AppError } from '@massif/contracts';
import type { ReconcileQueue } from '@massif/queue';

export interface RedisWarning {
  queue: Pick<ReconcileQueue, 'ping'>;
  redisUrl: string;
  onNote(text: string): void;
}

const withinMs = 3000;
const tryEveryMs = 200;

/** Says once, after the start, that there is no Redis: everything works without it, a little later. */
export async function warnWithoutRedis({ queue, redisUrl, onNote }: RedisWarning): Promise<void> {
  const deadline = performance.now() + withinMs;
  for (;;) {
    try {
      return await queue.ping();
    } catch (error) {
      if (performance.now() < deadline) {
        await new Promise((resolve) => setTimeout(resolve, tryEveryMs));
        continue;
      }
      const { hostname, port } = new URL(redisUrl);
      const { message, code } = (error as AppError).cause as NodeJS.ErrnoException;
      onNote(
        `REDIS_URL: Redis at ${hostname}:${port || '6379'} cannot be used (${code ?? message}); jobs run without it and start up to 5 s later`,
      );
      return;
    }
  }
}
