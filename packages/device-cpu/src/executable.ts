import { CpuDeviceError } from './errors.ts';
import type { CpuBuffer } from './memory.ts';
import type { Routines } from './routines.ts';
import { bindSegment, type Segment, type Template } from './segment.ts';

/** A buffer region that a place of a template stands for. */
export interface Place {
  buffer: CpuBuffer;
  offsetBytes: number;
}

/** What a template expects at each place. */
export interface PlaceNeed {
  name: string;
  bytes: number;
}

/** Segments bound so far: the steady state of a training loop binds the same few addresses again and again. */
export interface SegmentCache {
  /** The segment for these places, in the order of `needs`. It must be given back with {@link release} after it ran. */
  acquire(places: readonly Place[]): BoundSegment;
  release(bound: BoundSegment): void;
  /** The template too. */
  free(): void;
}

export interface BoundSegment {
  segment: Segment;
  places: readonly Place[];
  key: string;
  uses: number;
}

const segmentsKept = 512;

/** Bound segments of one template, the least recently used of which are dropped beyond `segmentsKept`. */
export function createSegmentCache(routines: Routines, template: Template, needs: readonly PlaceNeed[]): SegmentCache {
  const bound = new Map<string, BoundSegment>();
  const addresses = new Float64Array(needs.length);

  const drop = (entry: BoundSegment) => {
    bound.delete(entry.key);
    entry.segment.words.free();
  };
  return {
    acquire(places) {
      for (const [i, need] of needs.entries()) addresses[i] = addressOf(places[i]!, need);
      const key = addresses.join();
      let entry = bound.get(key);
      if (entry) {
        bound.delete(key); // to the end: most recently used
      } else {
        if (bound.size >= segmentsKept) {
          const oldest = bound.values().find(({ uses }) => uses === 0);
          if (oldest) drop(oldest);
        }
        entry = { segment: bindSegment(routines, template, addresses), places, key, uses: 0 };
      }
      bound.set(key, entry);
      entry.uses++;
      return entry;
    },
    release(entry) {
      entry.uses--;
    },
    free() {
      for (const entry of bound.values()) entry.segment.words.free();
      bound.clear();
      template.words.free();
    },
  };
}

function addressOf({ buffer, offsetBytes }: Place, { name, bytes }: PlaceNeed): number {
  if (buffer.released) throw new CpuDeviceError('invalid_binding', `${name} is bound to a released buffer`, { port: name });
  if (!Number.isSafeInteger(offsetBytes) || offsetBytes < 0 || offsetBytes + bytes > buffer.bytes) {
    throw new CpuDeviceError('invalid_binding', `${name} needs ${bytes} bytes at ${offsetBytes}, its buffer has ${buffer.bytes}`, {
      port: name,
      neededBytes: bytes,
      offsetBytes,
      bufferBytes: buffer.bytes,
    });
  }
  return buffer.address + offsetBytes;
}
