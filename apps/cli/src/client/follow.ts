import { AppError, isTerminal, type Job } from '@massif/contracts';
import type { Client } from '@massif/sdk';

export interface FollowJobOptions {
  signal?: AbortSignal;
  everyMs?: number;
  /** How long the control plane may be away. */
  unreachableMsMax?: number;
  /** Told after each look. */
  onLook(job: Job): void;
}

/**
 * Looks at a job until it has ended. The control plane may be away for a while meanwhile.
 * @throws AppError as the API answers; `control_plane_unreachable` when it stays away; the signal's reason
 */
export async function followJob(
  client: Pick<Client, 'jobs'>,
  id: string,
  { signal, everyMs = 500, unreachableMsMax = 60_000, onLook }: FollowJobOptions,
): Promise<Job> {
  let seenAtMs = performance.now();
  for (;;) {
    signal?.throwIfAborted();
    try {
      const job = await client.jobs.get(id, signal ? { signal } : {});
      seenAtMs = performance.now();
      onLook(job);
      if (isTerminal(job.state)) return job;
    } catch (error) {
      signal?.throwIfAborted();
      const passing = error instanceof AppError && error.retryable;
      if (!passing || performance.now() - seenAtMs > unreachableMsMax) throw error;
    }
    await pause(everyMs, signal);
  }
}

function pause(milliseconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, milliseconds);
    signal?.addEventListener('abort', done, { once: true });
  });
}
