/**
 * What a device can do, measured once by `massif calibrate` (or, until then, a guess that says so). Every list holds
 * measured points; the planner takes the nearest one in log space, of the nearest number of threads.
 */
import { z } from 'zod';

const threads = z.int().min(1);
const positive = z.number().positive();

export const deviceProfileSchema = z.object({
  version: z.literal(1),
  /** `default`: nobody measured; `measured`: by the calibration, at `measuredAt`. */
  source: z.enum(['default', 'measured']),
  measuredAt: z.string().optional(),
  /** `cpu`, whose rates are those of threads that share the host, or the name of an accelerator, which has its rates to itself. */
  device: z.string(),
  /** Cores that the threads of all ranks of this host share. */
  cores: z.int().min(1),
  /** Highest rate of multiply-adds in registers, one addition and one multiplication counted as two. */
  peak: z.array(z.object({ threads, gflops: positive })).min(1),
  /** C[m,n] = A[m,k] B[k,n], fp32. */
  gemm: z.array(z.object({ threads, m: z.int().min(1), n: z.int().min(1), k: z.int().min(1), gflops: positive })).min(1),
  /** Fused causal attention; only the unmasked half counts. `gflops` of forward and of backward. */
  attention: z
    .array(z.object({ threads, sequence: z.int().min(1), headSize: z.int().min(1), forwardGflops: positive, backwardGflops: positive }))
    .min(1),
  /** Element-wise work over `bytes` of operands in all: bytes read and written per second. */
  stream: z.array(z.object({ threads, bytes: positive, gigabytesPerSecond: positive })).min(1),
  /** The same for chains with an exponential in them (gelu, softmax), which compute more per byte. */
  transcendental: z.array(z.object({ threads, bytes: positive, gigabytesPerSecond: positive })).min(1),
  /** In-place sum over ranks of one host: bytes of one rank's buffer per second, and the time of an empty one. */
  allReduce: z.array(z.object({ ranks: z.int().min(2), latencyMs: z.number().nonnegative(), gigabytesPerSecond: positive })).min(1),
  /** Per step, whatever its size: reading samples, reporting, starting programs. */
  stepOverheadMs: z.number().nonnegative(),
});

export type DeviceProfile = z.infer<typeof deviceProfileSchema>;

/** How far two sizes are from one another, in doublings, squared: of several sizes the sum is to be compared. */
export function farness(a: number, b: number): number {
  return Math.log2(a / b) ** 2;
}

/**
 * The measured point that is nearest among those of the nearest number of threads, and how many of the asked threads' worth it gives: a
 * rate measured with one thread counts twice for two. A search for a plan asks many thousand times.
 * @param far how far a point is from what is asked; see `farness`
 */
export function nearest<Point extends { threads: number }>(
  points: readonly Point[],
  threads: number,
  far: (point: Point) => number = () => 0,
): { point: Point; scale: number } {
  let best = points[0]!;
  let [bestGap, bestFar] = [Infinity, Infinity];
  for (const point of points) {
    const gap = farness(point.threads, threads);
    if (gap > bestGap) continue;
    const distance = far(point);
    if (gap === bestGap && distance >= bestFar) continue;
    [best, bestGap, bestFar] = [point, gap, distance];
  }
  return { point: best, scale: threads / best.threads };
}

/** Whether the threads of the host do the work, so that ranks share its cores and its memory. */
export function isHost({ device }: Pick<DeviceProfile, 'device'>): boolean {
  return device === 'cpu';
}
