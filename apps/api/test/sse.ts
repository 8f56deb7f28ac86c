import { liveFrameSchemas, type LiveData, type LiveFrame, type LiveFrameName } from '@massif/contracts';
import { expect } from 'vitest';
import type { AskOptions, TestApi } from './api.ts';

export interface Frame {
  id: number | undefined;
  event: string;
  data: Record<string, unknown>;
}

export interface ReadStreamOptions {
  lastEventId?: number;
  token?: string;
  /** Stops after so many frames, as a client does that goes away. */
  framesMax?: number;
}

/** Reads a stream of server-sent events over a connection, to its end or until it has enough. */
export async function readStream(api: TestApi, path: string, { lastEventId, token, framesMax = Infinity }: ReadStreamOptions = {}) {
  const stop = new AbortController();
  const response = await api.fetch(path, {
    signal: stop.signal,
    headers: { accept: 'text/event-stream', ...(lastEventId === undefined ? {} : { 'last-event-id': String(lastEventId) }) },
    ...(token === undefined ? {} : { token }),
  });
  if (!response.ok) throw new Error(await response.text());
  const frames: Frame[] = [];
  try {
    for await (const frame of framesOf(response)) {
      frames.push(frame);
      if (frames.length >= framesMax) return frames;
    }
    return frames;
  } finally {
    stop.abort();
  }
}

async function* framesOf(response: Response): AsyncGenerator<Frame> {
  let rest = '';
  const decoder = new TextDecoder();
  for await (const chunk of response.body as AsyncIterable<Uint8Array>) {
    rest += decoder.decode(chunk, { stream: true });
    const messages = rest.split('\n\n');
    rest = messages.pop()!;
    for (const message of messages) {
      const fields = new Map(message.split('\n').map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)]));
      const [id, event, data] = [fields.get('id'), fields.get('event'), fields.get('data')];
      if (event === undefined) continue;
      yield { id: id === undefined ? undefined : Number(id), event, data: JSON.parse(data!) as Frame['data'] };
    }
  }
}

/** The live stream of some topics: everything that it has said so far. */
export interface Live extends AsyncDisposable {
  frames: LiveFrame[];
  /** Those of an event. */
  of<Name extends LiveFrameName>(event: Name): LiveData<Name>[];
  /** Resolves when the connection has ended, whoever ended it. */
  ended: Promise<void>;
}

export async function openLive(api: TestApi, topics: string, options: AskOptions = {}): Promise<Live> {
  const stop = new AbortController();
  const response = await api.fetch(`stream?topics=${topics}`, { ...options, signal: stop.signal });
  if (!response.ok) throw new Error(await response.text());
  const frames: LiveFrame[] = [];
  const read = async () => {
    try {
      for await (const { event, data } of framesOf(response)) {
        const name = event as LiveFrameName;
        // Every frame is what the contracts say.
        expect(liveFrameSchemas[name].parse(data)).toEqual(data);
        frames.push({ event: name, data } as unknown as LiveFrame);
      }
    } catch (error) {
      if (!stop.signal.aborted) throw error;
    }
  };
  const ended = read();
  return {
    frames,
    of: <Name extends LiveFrameName>(name: Name) =>
      frames.flatMap((frame) => (frame.event === name ? [frame.data as unknown as LiveData<Name>] : [])),
    ended,
    [Symbol.asyncDispose]: async () => {
      stop.abort();
      await ended;
    },
  };
}

/** Reads a stream to its `end` over many connections, each of at most `framesEach` frames, resuming behind the last. */
export async function readInPieces(api: TestApi, path: string, framesEach: () => number): Promise<Frame[]> {
  const all: Frame[] = [];
  for (;;) {
    const last = all.at(-1)?.id;
    const frames = await readStream(api, path, { framesMax: framesEach(), ...(last === undefined ? {} : { lastEventId: last }) });
    all.push(...frames);
    if (all.at(-1)?.event === 'end') return all;
  }
}
