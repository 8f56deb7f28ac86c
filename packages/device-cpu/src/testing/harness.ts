import { fileURLToPath } from 'node:url';
import koffi from 'koffi';
import { createPool } from '../pool.ts';
import { loadRoutines, type Routines } from '../routines.ts';
import { bindSegment, buildTemplate } from '../segment.ts';

/** Libraries compiled for the tests of this checkout. */
export const cacheDirectory = fileURLToPath(new URL('../../../../node_modules/.cache/native/', import.meta.url));

export interface KernelCall {
  kernel: string;
  /** Inputs and outputs in the order of the contract; what the kernel writes is written back into them. */
  buffers: readonly (Float32Array | Int32Array | null)[];
  ints: readonly number[];
  floats?: readonly number[];
}

/** What the routines are compiled for: this processor, and the code paths of lesser ones that it can run as well. */
export const instructionSets: readonly { name: string; flags: readonly string[] }[] = [
  { name: 'native', flags: [] },
  ...(process.arch === 'x64'
    ? [
        // Tuned for a processor that compilers treat otherwise than most: they split some multiply-adds.
        { name: 'AVX2', flags: ['-mno-avx512f', '-mtune=znver2'] },
        { name: 'portable', flags: ['-mno-avx'] },
      ]
    : []),
];

/** Calls kernels on pools of several sizes. Every buffer is surrounded by a guard, which must be left alone. */
export async function createHarness(flags: readonly string[] = []) {
  const routines = await loadRoutines({ cacheDirectory, flags });
  const pools = new Map<number, ReturnType<typeof createPool>>();
  const pool = (threads: number) => {
    if (!pools.has(threads)) pools.set(threads, createPool(routines, threads));
    return pools.get(threads)!;
  };
  return {
    routines,
    pool,
    async call({ kernel, buffers, ints, floats = [] }: KernelCall, threads = 1): Promise<void> {
      const memory = buffers.map((data) => data && guarded(routines, data));
      const template = buildTemplate(routines, [
        { kernel: routines.address(kernel), buffers: memory.map((m, place) => m && { place, offsetBytes: 0 }), ints, floats },
      ]);
      const segment = bindSegment(
        routines,
        template,
        Float64Array.from(memory, (m) => (m ? Number(m.address) : 0)),
      );
      try {
        await pool(threads).run([segment]);
      } finally {
        for (const [i, m] of memory.entries()) m?.takeBack(buffers[i]!, `${kernel}: buffer ${i}`);
        template.words.free();
        segment.words.free();
      }
    },
    async close() {
      for (const created of pools.values()) await created.close();
    },
  };
}

export type Harness = Awaited<ReturnType<typeof createHarness>>;

const guardFloats = 64;
const guardBits = 0x7fc0beef; // a NaN: reading it spoils the result, writing it is noticed

function guarded(routines: Routines, data: Float32Array | Int32Array) {
  const bytes = (data.length + 2 * guardFloats) * 4;
  const block = routines.allocate(bytes)!;
  const words = new Int32Array(koffi.view(block, bytes));
  words.fill(guardBits);
  // The data's end touches the guard; its start is only 4-byte aligned, as a slice of a larger tensor would be.
  const content = words.subarray(guardFloats, guardFloats + data.length);
  content.set(new Int32Array(data.buffer, data.byteOffset, data.length));
  return {
    address: block + BigInt(guardFloats * 4),
    takeBack(into: Float32Array | Int32Array, what: string) {
      for (const [i, word] of words.entries())
        if ((i < guardFloats || i >= guardFloats + data.length) && word !== guardBits)
          throw new Error(`${what} is written at ${i - guardFloats} of ${data.length}`);
      new Int32Array(into.buffer, into.byteOffset, into.length).set(content);
      routines.release(block, bytes);
    },
  };
}

/** A short repeatable stream of numbers in [-1, 1) with a few bits of mantissa to spare (mulberry32). */
export function randomFloats(length: number, seed: number): Float32Array {
  let state = seed >>> 0;
  return Float32Array.from({ length }, () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 31 - 1;
  });
}

/** Largest |actual - expected|; NaN against a number counts as infinite, equal infinities and NaNs as 0. */
export function absoluteError(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  let worst = 0;
  for (let i = 0; i < expected.length; i++) {
    if (Object.is(actual[i], expected[i]) || actual[i] === expected[i]) continue;
    const error = Math.abs(actual[i]! - expected[i]!);
    worst = Math.max(worst, Number.isNaN(error) ? Infinity : error);
  }
  return worst;
}

/** {@link absoluteError} as a share of the largest finite |expected|. */
export function relativeError(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  let scale = 1e-3;
  for (let i = 0; i < expected.length; i++) if (Number.isFinite(expected[i]!)) scale = Math.max(scale, Math.abs(expected[i]!));
  return absoluteError(actual, expected) / scale;
}
