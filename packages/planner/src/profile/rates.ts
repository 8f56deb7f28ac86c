import { farness, isHost, nearest, type DeviceProfile } from './profile.ts';

/** The rates that one rank sees, beside the other ranks of its host. */
export interface Rates {
  peakGflops: number;
  /** Time of C[m,n] = A[m,k] B[k,n]. */
  gemmMs(m: number, n: number, k: number): number;
  attentionForwardMs(gflop: number, sequence: number, headSize: number): number;
  attentionBackwardMs(gflop: number, sequence: number, headSize: number): number;
  streamMs(bytes: number): number;
  transcendentalMs(bytes: number): number;
  allReduceMs(bytes: number): number;
  stepOverheadMs: number;
}

export function ratesOf(profile: DeviceProfile, { threads: hostThreads, ranks }: { threads: number; ranks: number }): Rates {
  const threads = isHost(profile) ? hostThreads : 1;
  /** Ranks that compute and move bytes in the same place. */
  const together = isHost(profile) ? ranks : 1;
  // More threads than cores take turns.
  const share = Math.min(1, profile.cores / (threads * together));
  // The memory is one for all ranks: its measured rate with as many threads as all of them have is divided among them.
  const busyThreads = Math.min(profile.cores, threads * together);

  const rateOf = (points: DeviceProfile['stream'], bytes: number) => {
    const { point, scale } = nearest(points, busyThreads, (p) => farness(p.bytes, bytes));
    // Unlike arithmetic, memory does not get faster with every thread.
    return (point.gigabytesPerSecond * Math.sqrt(scale)) / together;
  };
  const attention = (sequence: number, headSize: number) => {
    const { point, scale } = nearest(profile.attention, threads, (p) => farness(p.sequence, sequence) + farness(p.headSize, headSize));
    return { forward: point.forwardGflops * scale * share, backward: point.backwardGflops * scale * share };
  };
  const peak = nearest(profile.peak, threads);

  return {
    peakGflops: peak.point.gflops * peak.scale * share,
    gemmMs: (m, n, k) => {
      const { point, scale } = nearest(profile.gemm, threads, (p) => farness(p.m, m) + farness(p.n, n) + farness(p.k, k));
      return (2 * m * n * k) / (point.gflops * scale * share * 1e6);
    },
    attentionForwardMs: (gflop, sequence, headSize) => (gflop * 1e3) / attention(sequence, headSize).forward,
    attentionBackwardMs: (gflop, sequence, headSize) => (gflop * 1e3) / attention(sequence, headSize).backward,
    streamMs: (bytes) => bytes / (rateOf(profile.stream, bytes) * 1e6),
    transcendentalMs: (bytes) => bytes / (rateOf(profile.transcendental, bytes) * 1e6),
    allReduceMs: (bytes) => {
      if (ranks === 1) return 0;
      const point = profile.allReduce.reduce((best, candidate) =>
        Math.abs(candidate.ranks - ranks) < Math.abs(best.ranks - ranks) ? candidate : best,
      );
      // Every rank sends and receives 2 (n - 1) / n of the buffer.
      const traffic = (n: number) => (2 * (n - 1)) / n;
      return point.latencyMs + (bytes * traffic(ranks)) / (point.gigabytesPerSecond * traffic(point.ranks) * 1e6);
    },
    stepOverheadMs: profile.stepOverheadMs,
  };
}
