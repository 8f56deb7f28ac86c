import { availableParallelism } from 'node:os';
import { CpuDeviceError } from './errors.ts';
import { createPool, type Pool } from './pool.ts';
import { loadRoutines, type NativeOptions, type Routines } from './routines.ts';
import { bindSegment, buildTemplate, type Segment } from './segment.ts';

export interface MatmulSize {
  m: number;
  n: number;
  k: number;
  transposeA?: boolean;
  transposeB?: boolean;
}

export interface MeasureOptions extends NativeOptions {
  /** Threads to run on; all processors unless given. */
  threads?: number;
}

/** Best rate of several runs, beside the processor's limit measured between them, both in 10^9 fp32 operations per second. */
export interface MatmulRate {
  gflops: number;
  peakGflops: number;
}

/**
 * Speed of the matrix product a[m,k] b[k,n], and of a loop of nothing but multiply-adds on as many threads. The two take
 * turns, so that a clock that changes, or other work on the machine, falls on both.
 * @throws CpuDeviceError `device_out_of_memory`
 */
export async function measureMatmul({
  m,
  n,
  k,
  transposeA = false,
  transposeB = false,
  ...options
}: MatmulSize & MeasureOptions): Promise<MatmulRate> {
  return withPool(options, async (routines, pool) => {
    const floats = m * k + k * n + m * n;
    const memory = routines.allocate(floats * 4);
    if (memory === null) throw noMemory(`operands of ${floats * 4} bytes`);
    const ints = [1, m, n, k, Number(transposeA), Number(transposeB), transposeA ? m : k, transposeB ? k : n, n, 0, 0, 0, 0];
    const buffers = [0, m * k, m * k + k * n].map((offset) => ({ place: 0, offsetBytes: offset * 4 }));
    const matmul = single(routines, { kernel: 'massif_matmul', buffers: [...buffers, null], ints }, memory);
    const peak = peakSegment(routines, pool.threads);
    const operations = 2 * m * n * k;
    let [gflops, peakGflops] = [0, 0];
    const begin = performance.now();
    // A product that takes seconds is measured less often, and the better for its length.
    for (let round = 0; round < rounds && (round === 0 || performance.now() - begin < roundsMsMax); round++) {
      peakGflops = Math.max(peakGflops, await rate(pool, peak.segment, peak.operations));
      gflops = Math.max(gflops, await rate(pool, matmul, operations));
    }
    // Nothing is faster than the limit: other work fell on every measurement of it. If it goes on, the product is the better one.
    for (let round = 0; round < roundsMore && peakGflops < gflops; round++)
      peakGflops = Math.max(peakGflops, await rate(pool, peak.segment, peak.operations));
    peakGflops = Math.max(peakGflops, gflops);
    peak.free();
    matmul.words.free();
    routines.release(memory, floats * 4);
    return { gflops, peakGflops };
  });
}

/** The fp32 multiply-add limit of `threads` threads together, in 10^9 operations per second. */
export async function measurePeak(options: MeasureOptions): Promise<number> {
  return withPool(options, async (routines, pool) => {
    const { segment, operations, free } = peakSegment(routines, pool.threads);
    let best = 0;
    for (let round = 0; round < rounds; round++) best = Math.max(best, await rate(pool, segment, operations));
    free();
    return best;
  });
}

const rounds = 8;
const roundsMsMax = 10_000;
const roundsMore = 50;
const runMs = 12;
const sinkBytes = 64;
const peakIterations = 20_000;

const noMemory = (what: string) => new CpuDeviceError('device_out_of_memory', `No memory for ${what}`);

async function withPool<T>(
  { threads = availableParallelism(), ...native }: MeasureOptions,
  measure: (routines: Routines, pool: Pool) => Promise<T>,
): Promise<T> {
  const routines = await loadRoutines(native);
  const pool = createPool(routines, threads);
  try {
    return await measure(routines, pool);
  } finally {
    await pool.close();
  }
}

function single(
  routines: Routines,
  { kernel, buffers, ints }: { kernel: string; buffers: ({ place: number; offsetBytes: number } | null)[]; ints: number[] },
  memory: bigint,
): Segment {
  const template = buildTemplate(routines, [{ kernel: routines.address(kernel), buffers, ints, floats: [] }]);
  const segment = bindSegment(routines, template, Float64Array.of(Number(memory)));
  template.words.free();
  return segment;
}

function peakSegment(routines: Routines, threads: number) {
  const sink = routines.allocate(sinkBytes * threads);
  if (sink === null) throw noMemory(`the results of ${threads} threads`);
  const segment = single(routines, { kernel: 'massif_peak', buffers: [{ place: 0, offsetBytes: 0 }], ints: [peakIterations] }, sink);
  const free = () => {
    segment.words.free();
    routines.release(sink, sinkBytes * threads);
  };
  return { segment, operations: peakIterations * routines.peakOperations * threads, free };
}

/** 10^9 operations per second of launches repeated for about `runMs`. */
async function rate(pool: Pool, segment: Segment, operations: number): Promise<number> {
  let repeats = 1;
  for (;;) {
    const start = performance.now();
    await pool.run(Array.from({ length: repeats }, () => segment));
    const elapsedMs = performance.now() - start;
    if (elapsedMs >= runMs || repeats >= 1 << 20) return (operations * repeats) / (elapsedMs * 1e6);
    repeats = Math.ceil(repeats * Math.min(16, (1.2 * runMs) / elapsedMs));
  }
}
