import { availableParallelism } from 'node:os';
import { AppError } from '@massif/contracts';
import { measurePeak } from '@massif/device-cpu';
import type { DeviceProfile } from '@massif/planner';
import type { WorkerEnvironment } from '../env.ts';
import { measureAllReduce } from './all-reduce.ts';
import { openBench, type Bench } from './bench.ts';
import { activation, attentions, products, sum } from './kernels.ts';
import { measureStepOverhead } from './step-overhead.ts';

/** Sizes of m, n and k: from a head or a small batch to the widest layers; products beyond the limit are as fast as those below it. */
const productSizes = [32, 128, 512, 2048];
const productGflopMax = 1.2;
const attentionSizes = [
  { sequence: 64, headSize: 32 },
  { sequence: 256, headSize: 32 },
  { sequence: 256, headSize: 64 },
  { sequence: 1024, headSize: 64 },
];
const heads = 8;
/** Within the first cache, within the last one, beyond it. */
const streamBytes = [1 << 18, 1 << 22, 1 << 26];
const bytesPerElement = 4;
/** In one process the ranks share the threads on which collectives wait. */
const ranksMax = 4;

/**
 * Measures what the planner prices steps with, on this host as it is now; under ten seconds once the kernels are compiled.
 * Products and attention run while the other cores do the same, as they do beside other ranks.
 * @throws AppError `interrupted`; errors of the device
 */
export async function measureProfile({ native }: WorkerEnvironment, { interrupted }: { interrupted: AbortSignal }): Promise<DeviceProfile> {
  const cores = availableParallelism();
  const profile: DeviceProfile = {
    version: 1,
    source: 'measured',
    measuredAt: new Date().toISOString(),
    device: 'cpu',
    cores,
    peak: [],
    gemm: [],
    attention: [],
    stream: [],
    transcendental: [],
    allReduce: [],
    stepOverheadMs: await measureStepOverhead(native, cores),
  };
  const peaks: number[] = [];
  for (const threads of new Set([1, cores])) {
    peaks.push(await measurePeak({ ...native, threads: cores }));
    const bench = await openBench(native, { threads, cores });
    try {
      for await (const add of measurements(bench)) {
        if (interrupted.aborted) throw new AppError('interrupted', 'interrupted');
        add(profile);
      }
    } finally {
      await bench.close();
    }
  }
  peaks.push(await measurePeak({ ...native, threads: cores }));
  // On a machine that is not idle a product may find a better moment than the peak did; it is never faster.
  const perThread = Math.max(...peaks.map((gflops) => gflops / cores), ...profile.gemm.map(({ threads, gflops }) => gflops / threads));
  for (const threads of new Set([1, cores])) profile.peak.push({ threads, gflops: perThread * threads });
  for (const ranks of new Set([2, Math.max(2, Math.min(cores, ranksMax))])) profile.allReduce.push(await measureAllReduce(native, ranks));
  return profile;
}

/** One measured point after the other, as what it adds to the profile. */
async function* measurements(bench: Bench): AsyncGenerator<(profile: DeviceProfile) => void> {
  const { threads } = bench;
  for (const m of productSizes)
    for (const n of productSizes)
      for (const k of productSizes) {
        const gflop = (2 * m * n * k) / 1e9;
        if (gflop > productGflopMax) continue;
        const gflops = (3 * gflop * 1e3) / (await bench.measure(products({ m, n, k })));
        yield ({ gemm }) => gemm.push({ threads, m, n, k, gflops });
      }
  for (const { sequence, headSize } of attentionSizes) {
    // Of one product of the unmasked half; see `workOf` of the planner: two of them forward, five backward.
    const gflop = (heads * sequence * (sequence + 1) * headSize) / 1e9;
    const { forward, backward } = attentions({ heads, sequence, headSize });
    const forwardGflops = (2 * gflop * 1e3) / (await bench.measure([forward]));
    const backwardGflops = (5 * gflop * 1e3) / (await bench.measure([backward]));
    yield ({ attention }) => attention.push({ threads, sequence, headSize, forwardGflops, backwardGflops });
  }
  for (const bytes of streamBytes) {
    // The memory is one for all: its rate is that of these threads with the others idle.
    const streamMs = await bench.measure([sum(Math.floor(bytes / (3 * bytesPerElement)))], { alone: true });
    const activationMs = await bench.measure([activation(bytes / (2 * bytesPerElement))], { alone: true });
    yield ({ stream, transcendental }) => {
      stream.push({ threads, bytes, gigabytesPerSecond: bytes / (streamMs * 1e6) });
      transcendental.push({ threads, bytes, gigabytesPerSecond: bytes / (activationMs * 1e6) });
    };
  }
}
