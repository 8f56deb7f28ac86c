import { Readable } from 'node:stream';
import { AppError } from '@massif/contracts';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { createPermits } from './permits.ts';

/** One server-sent event. */
export interface SseFrame {
  /** Sequence in that job; absent where it must not change what the client resumes from. */
  id?: number;
  event: string;
  data: unknown;
  /** The data as JSON, where it was written already. */
  text?: string;
}

/** How often a comment shows that a quiet connection is alive. */
export const heartbeatMs = 15_000;
/** What browsers wait before they connect again. */
const retryMs = 1000;

/** Formats a frame as https://html.spec.whatwg.org/multipage/server-sent-events.html has it. JSON has no raw line breaks. */
function formatFrame({ id, event, data, text }: SseFrame): string {
  return `${id === undefined ? '' : `id: ${id}\n`}event: ${event}\ndata: ${text ?? JSON.stringify(data)}\n\n`;
}

/** Whether a client asks for a stream rather than a list. */
export function wantsEventStream({ method, headers }: FastifyRequest): boolean {
  return (
    method === 'GET' &&
    (headers.accept ?? '').split(',').some((range) => range.split(';', 1)[0]!.trim().toLowerCase() === 'text/event-stream')
  );
}

/** The open streams of one app: bounded in number, and all ended when the app closes. */
export interface SseStreams {
  /**
   * Answers with the frames of `source` until it ends or the client goes away; then `signal` is aborted. Frames are drawn as
   * fast as the client reads, no faster: a slow reader holds one batch. An empty batch is a heartbeat. When the token of the request
   * is revoked or over, the stream ends.
   */
  send(request: FastifyRequest, reply: FastifyReply, source: (signal: AbortSignal) => AsyncGenerator<SseFrame[]>): FastifyReply;
  readonly open: number;
  /** Ends every stream without an `end` frame: clients connect again and resume. */
  closeAll(): void;
}

export function createSseStreams({ streamsMax }: { streamsMax: number }): SseStreams {
  const controllers = new Set<AbortController>();
  const permits = createPermits();
  let closing = false;

  return {
    send(request, reply, source) {
      if (closing) throw new AppError('service_unavailable', 'This server is shutting down');
      if (controllers.size >= streamsMax) throw new AppError('rate_limited', `This server already has ${streamsMax} open streams`);
      const controller = new AbortController();
      controllers.add(controller);
      // It connects again, and is then told why it may not.
      const unwatch = permits.watch(request, () => controller.abort());
      const stream = Readable.from(textOf(source(controller.signal)), { objectMode: false, highWaterMark: 64 * 1024 });
      const forget = () => {
        controller.abort();
        controllers.delete(controller);
        unwatch();
      };
      // A client that goes away destroys the response, not our source.
      reply.raw.once('close', forget);
      stream.once('close', forget);
      stream.once('error', (error) => request.log.warn({ err: error }, 'stream broke'));
      return reply
        .type('text/event-stream; charset=utf-8')
        .headers({ 'cache-control': 'no-store', 'x-accel-buffering': 'no' })
        .send(stream);
    },
    get open() {
      return controllers.size;
    },
    closeAll() {
      closing = true;
      for (const controller of controllers) controller.abort();
    },
  };
}

async function* textOf(batches: AsyncGenerator<SseFrame[]>): AsyncGenerator<string> {
  // At once, so that the client sees the response's headers.
  yield `retry: ${retryMs}\n\n`;
  for await (const frames of batches) yield frames.length === 0 ? ': alive\n\n' : frames.map(formatFrame).join('');
}
