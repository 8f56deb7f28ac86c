import { defaultProfile } from '@massif/planner';
import { expect, it } from 'vitest';
import { describeProfile } from './profile.ts';

it('shows the best of what was measured, and the memory beyond the caches', () => {
  const profile = {
    ...defaultProfile(2),
    cores: 2,
    peak: [1, 2].map((threads) => ({ threads, gflops: 70.25 * threads })),
    gemm: [
      { threads: 1, m: 32, n: 32, k: 32, gflops: 10 },
      { threads: 1, m: 512, n: 512, k: 128, gflops: 61.26 },
      { threads: 2, m: 2048, n: 128, k: 512, gflops: 120.7 },
    ],
    stream: [
      { threads: 1, bytes: 2 ** 18, gigabytesPerSecond: 80 },
      { threads: 1, bytes: 2 ** 26, gigabytesPerSecond: 9.876 },
      { threads: 2, bytes: 2 ** 26, gigabytesPerSecond: 12.34 },
    ],
    allReduce: [{ ranks: 2, latencyMs: 0.0512, gigabytesPerSecond: 1.5 }],
    stepOverheadMs: 0.25,
  };
  expect(describeProfile(profile)).toBe(
    [
      'MEASURED                               ON         RESULT',
      'peak of multiply-adds                  1 thread   70.3 GFLOP/s',
      'peak of multiply-adds                  2 threads  141 GFLOP/s',
      'best matrix product, 512 x 512 x 128   1 thread   61.3 GFLOP/s',
      'best matrix product, 2048 x 128 x 512  2 threads  121 GFLOP/s',
      'memory bandwidth                       1 thread   9.88 GB/s',
      'memory bandwidth                       2 threads  12.3 GB/s',
      'sum between ranks                      2 ranks    1.50 GB/s, at least 0.0512 ms',
      'step without computing                 2 threads  0.250 ms',
    ].join('\n'),
  );
});
