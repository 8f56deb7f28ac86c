import { AppError } from '@massif/contracts';
import type { SseFrame } from '../sse.ts';
import { createWake, type Wake } from '../wake.ts';

/** Something that many connections show: looked at once for all of them, and only while there are any. */
export interface Feed {
  /** What there is, then what changes, as fast as the reader takes it: a slow one gets several changes as one. */
  follow(signal: AbortSignal): AsyncGenerator<SseFrame[]>;
}

/** What a feed keeps while somebody reads it. */
export interface Picture {
  /** Looks again. */
  look(): Promise<void>;
  /** Raised by each look that found something new; 0 before the first. */
  readonly version: number;
  /** What tells a reader of `seen` all that he has not seen; `seen` is 0 for one who is new. */
  since(seen: number): SseFrame[];
  close?(): void;
}

interface Showing {
  picture: Picture;
  readers: Set<Wake>;
  /** Rings for the next look. */
  due: Wake;
  stop: AbortController;
  /** What the readers of a version were told, for the others of that version. */
  told: Map<number, SseFrame[]>;
  failure?: Error;
}

/**
 * @param open gets a function that asks for the next look at once
 * @param everyMs it is looked at no more often, but for those
 */
export function createFeed(open: (lookNow: () => void) => Picture, { everyMs }: { everyMs: number }): Feed {
  let showing: Showing | undefined;

  const look = async (current: Showing) => {
    const { picture, readers, due, stop, told } = current;
    while (!stop.signal.aborted) {
      const before = picture.version;
      try {
        await picture.look();
      } catch (error) {
        // While the database is away, what was seen stands.
        if (!(error instanceof AppError) || error.code !== 'service_unavailable') {
          current.failure = error as Error;
          leave(current);
        }
      }
      if (picture.version !== before) told.clear();
      if (picture.version !== before || current.failure) for (const reader of readers) reader.ring();
      await due.wait(everyMs, stop.signal);
    }
  };

  const enter = (reader: Wake): Showing => {
    if (!showing) {
      const due = createWake();
      showing = { picture: open(due.ring), readers: new Set(), due, stop: new AbortController(), told: new Map() };
      void look(showing);
    }
    showing.readers.add(reader);
    return showing;
  };

  const leave = (current: Showing) => {
    current.stop.abort();
    current.picture.close?.();
    if (showing === current) showing = undefined;
  };

  return {
    async *follow(signal) {
      const wake = createWake();
      const current = enter(wake);
      const { picture, told } = current;
      let seen = 0;
      try {
        while (!signal.aborted) {
          if (current.failure) throw current.failure;
          if (picture.version > seen) {
            const frames = told.get(seen) ?? picture.since(seen);
            told.set(seen, frames);
            seen = picture.version;
            yield frames;
          }
          await wake.wait(60_000, signal);
        }
      } finally {
        current.readers.delete(wake);
        if (current.readers.size === 0) leave(current);
      }
    },
  };
}

/** A frame that is written once, however many read it. */
export function sharedFrame(event: string, data: unknown): SseFrame {
  return { event, data, text: JSON.stringify(data) };
}
