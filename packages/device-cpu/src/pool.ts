import { CpuDeviceError } from './errors.ts';
import type { Routines } from './routines.ts';
import type { Segment } from './segment.ts';
import { allocateWords, writeInt, type Words } from './words.ts';

export interface Pool {
  readonly threads: number;
  /**
   * Runs segments one after the other, off Node's event loop; lists run in the order of the calls.
   * @throws CpuDeviceError `invalid_argument` when a kernel refused an index that is out of range, `device_aborted` when
   *   launches were left out; the rest of the list did not run.
   */
  run(segments: readonly Segment[]): Promise<void>;
  /** Launches that have ended in the list that runs. */
  progress(): number;
  /** Ends the list that runs, and refuses all that follow. */
  abort(): void;
  /** Waits for what runs. */
  close(): Promise<void>;
}

/**
 * Scratch of one thread: packed operands of matrix products (1.3 MiB), attention (1.4 MiB), partial sums. Touched pages
 * only become resident.
 */
const scratchBytes = 4 << 20;

/** What a kernel refused comes back in the words after the list. */
const refusalWords = 3;

/** Launches left out, and the index that a kernel refused; bound 0 when none did. */
interface Outcome {
  left: number;
  row: number;
  index: number;
  bound: number;
}

/** In native code at a time: one that runs and one that waits, so that the pool never idles for the event loop's sake. */
const listsInFlight = 2;

/** @throws CpuDeviceError `device_out_of_memory` */
export function createPool(routines: Routines, threads: number): Pool {
  const pool = routines.poolCreate(threads, scratchBytes);
  if (pool === null)
    throw new CpuDeviceError('device_out_of_memory', `The system has no memory, or no threads, left for a pool of ${threads} threads`, {
      threads,
    });
  const lists: Words[] = [];
  const waiting: (() => void)[] = [];
  const pending = new Set<Promise<Outcome>>();
  let running = 0;
  let ticket = 0;
  let closed = false;

  const pump = () => {
    while (running < listsInFlight && waiting.length > 0) waiting.shift()!();
  };
  const replay = (segments: readonly Segment[]): Promise<Outcome> => {
    let list = lists.pop();
    if (!list || list.length < 2 * segments.length + refusalWords) {
      list?.free();
      list = allocateWords(routines, Math.max(64, 4 * segments.length));
    }
    const { halves } = list;
    const refusal = 2 * (2 * segments.length);
    for (const [i, { words, launches }] of segments.entries()) {
      writeInt(list, 2 * i, Number(words.address));
      writeInt(list, 2 * i + 1, launches);
    }
    running++;
    return routines
      .run(pool, list.address, segments.length, ticket++)
      .then((left) => ({ left, row: halves[refusal]!, index: halves[refusal + 2]!, bound: halves[refusal + 4]! }))
      .finally(() => {
        running--;
        lists.push(list);
        pump();
      });
  };

  return {
    threads,
    async run(segments) {
      if (closed) throw new CpuDeviceError('device_closed', 'The device is closed');
      const replayed = new Promise<Outcome>((resolve) => waiting.push(() => resolve(replay(segments))));
      pending.add(replayed);
      pump();
      const { left, row, index, bound } = await replayed.finally(() => pending.delete(replayed));
      if (bound > 0)
        throw new CpuDeviceError('invalid_argument', `Index ${index} of row ${row} is not in [0, ${bound})`, { row, index, bound });
      if (left > 0) throw new CpuDeviceError('device_aborted', `The device was aborted: ${left} launches did not run`, { left });
    },
    progress: () => routines.poolProgress(pool),
    abort: () => routines.poolAbort(pool),
    async close() {
      if (closed) return;
      closed = true;
      await Promise.allSettled(pending);
      routines.poolClose(pool);
      for (const list of lists) list.free();
    },
  };
}
