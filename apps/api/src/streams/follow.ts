import { AppError, isTerminal } from '@massif/contracts';
import type { Job, Listener } from '@massif/store';
import type { Follower, Series } from './series.ts';
import { heartbeatMs, type SseFrame } from './sse.ts';
import { createWake } from './wake.ts';

export interface FollowOptions {
  listener: Listener;
  job: Job;
  /** Sequence after which to begin. */
  after: number;
  series: Series<unknown>;
  /** The job as it is now; null when it is gone. */
  state(): Promise<Job | null>;
  signal: AbortSignal;
}

/** Notifications may be lost; a look this often finds what they would have said. */
const lookEveryMs = 5000;

/**
 * The frames of a job's series after a sequence, in order, until the job has ended and everything was read; then one `end`.
 * An empty batch is a heartbeat. While the database is away the stream stays open and waits.
 */
export async function* followJob({ listener, job, after, series, state, signal }: FollowOptions): AsyncGenerator<SseFrame[]> {
  const wake = createWake();
  // Before the first look, so that nothing falls between.
  const unsubscribe = listener.subscribe({ jobId: job.id, topics: [series.topic, 'event'], onChange: wake.ring });
  let follower: Follower | undefined;
  let quietSinceMs = performance.now();
  try {
    while (!signal.aborted) {
      try {
        // The state is read before the rows: whatever was written before the job ended is then among them.
        const now = await state();
        if (now === null) return;
        if (!follower) {
          follower = await series.follow(after);
          if (follower.reset) yield [{ event: 'reset', data: follower.reset }];
        }
        for (let more = true; more && !signal.aborted;) {
          const reading = await follower.read();
          more = reading.more;
          if (reading.frames.length > 0) {
            yield reading.frames;
            quietSinceMs = performance.now();
          }
        }
        if (isTerminal(now.state)) {
          yield [{ id: follower.position(), event: 'end', data: { state: now.state } }];
          return;
        }
      } catch (error) {
        if (!(error instanceof AppError) || error.code !== 'service_unavailable') throw error;
      }
      await wake.wait(lookEveryMs, signal);
      if (performance.now() - quietSinceMs > heartbeatMs - lookEveryMs) {
        yield [];
        quietSinceMs = performance.now();
      }
    }
  } finally {
    unsubscribe();
  }
}
