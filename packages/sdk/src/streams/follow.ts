import { AppError } from '@massif/contracts';
import { pause, type RequestOptions, type Transport } from '../http/transport.ts';
import { messageBatches } from './parse.ts';

export interface FollowOptions {
  /** Sequence in the job after which to begin; default: at its beginning. */
  after?: number | undefined;
  signal?: AbortSignal | undefined;
  /** How long the API may be away before following ends with `control_plane_unreachable`. Default 60 s. */
  unreachableMsMax?: number;
}

const backoffMs = [50, 100, 200, 500, 1000];

/**
 * Follows a stream of a job to its end, over as many connections as it takes: after each break it resumes behind the last
 * frame that was seen, so none is missed. Returns when the job has ended and everything was read, or when `signal` is aborted.
 * @throws AppError as the API answers, `control_plane_unreachable` when it stays away
 */
export async function* followStream<Data>(
  transport: Transport,
  path: string,
  { query, event, after, signal, unreachableMsMax = 60_000 }: FollowOptions & Pick<RequestOptions, 'query'> & { event: string },
): AsyncGenerator<Data, void> {
  let last = after;
  let failures = 0;
  let awaySinceMs: number | undefined;
  while (!signal?.aborted) {
    try {
      const headers = { accept: 'text/event-stream', 'last-event-id': last === undefined ? undefined : String(last) };
      const response = await transport.open(path, { query, headers, signal });
      // It answers, also where the job has nothing new to say.
      awaySinceMs = undefined;
      for await (const messages of messageBatches(response)) {
        for (const message of messages) {
          failures = 0;
          if (message.event === 'end') return;
          if (message.event === 'reset') last = undefined;
          if (message.event !== event) continue;
          last = Number(message.id);
          yield JSON.parse(message.data) as Data;
        }
      }
    } catch (error) {
      if (signal?.aborted) return;
      const passing = !(error instanceof AppError) || error.retryable;
      awaySinceMs ??= Date.now();
      if (!passing || Date.now() - awaySinceMs > unreachableMsMax) throw error;
    }
    await pause(backoffMs[Math.min(failures++, backoffMs.length - 1)]!, signal).catch(() => {});
  }
}
