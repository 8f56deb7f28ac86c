import { AppError, formatLiveTopic, type LiveFrame, type LiveTopic } from '@massif/contracts';
import type { Transport } from '../http/transport.ts';
import { messageBatches } from './parse.ts';

/**
 * Frames of several topics over one connection, until it breaks or `signal` is aborted. The first batch, which is empty, says that it
 * is open; the end, with an error or without, that it is lost. Who reads it keeps the last sequence of each series and connects again
 * from there.
 * @throws AppError as the API answers it, or `control_plane_unreachable`
 */
export async function* liveFrames(
  transport: Transport,
  topics: readonly LiveTopic[],
  signal: AbortSignal | undefined,
): AsyncGenerator<LiveFrame[], void> {
  const response = await transport.open('api/v1/stream', {
    query: { topics: topics.map(formatLiveTopic).join(',') },
    headers: { accept: 'text/event-stream' },
    signal,
  });
  const batches = messageBatches(response);
  try {
    yield [];
    for (;;) {
      const { done, value: messages } = await batches.next().catch((cause: unknown) => {
        signal?.throwIfAborted();
        throw new AppError('control_plane_unreachable', 'The connection to the control plane broke', { cause });
      });
      if (done) return;
      yield messages.map(({ event, data }) => ({ event, data: JSON.parse(data) as unknown }) as LiveFrame);
    }
  } finally {
    await batches.return();
  }
}
