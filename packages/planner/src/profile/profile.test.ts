import { describe, expect, it } from 'vitest';
import { defaultProfile } from './default.ts';
import { deviceProfileSchema, farness, nearest, type DeviceProfile } from './profile.ts';
import { ratesOf } from './rates.ts';

const profile: DeviceProfile = {
  ...defaultProfile(4),
  gemm: [
    { threads: 1, m: 64, n: 64, k: 64, gflops: 10 },
    { threads: 1, m: 1024, n: 1024, k: 1024, gflops: 50 },
    { threads: 4, m: 1024, n: 1024, k: 1024, gflops: 160 },
  ],
  allReduce: [{ ranks: 2, latencyMs: 1, gigabytesPerSecond: 2 }],
};

describe('a profile', () => {
  it('is valid when it is the default, on any number of cores', () => {
    for (const cores of [1, 2, 64]) expect(deviceProfileSchema.parse(defaultProfile(cores)).source).toBe('default');
  });

  it('is refused with an empty or impossible measurement', () => {
    expect(deviceProfileSchema.safeParse({ ...profile, gemm: [] }).success).toBe(false);
    expect(deviceProfileSchema.safeParse({ ...profile, stream: [{ threads: 1, bytes: 8, gigabytesPerSecond: 0 }] }).success).toBe(false);
  });
});

describe('the nearest point', () => {
  const find = (threads: number, size: number) => nearest(profile.gemm, threads, ({ m }) => farness(m, size));

  it('is of the nearest number of threads first, then of the nearest size in doublings', () => {
    expect(find(1, 200).point.gflops).toBe(10);
    expect(find(1, 300).point.gflops).toBe(50);
    expect(find(4, 64).point.gflops).toBe(160);
  });

  it('is found whatever the order of the points', () => {
    const found = nearest(profile.gemm.toReversed(), 1, ({ m }) => farness(m, 300));
    expect(found.point.gflops).toBe(50);
  });

  it('counts for as many threads as were asked', () => {
    expect(find(8, 1024)).toMatchObject({ scale: 2 });
  });
});

describe('the rates of a rank', () => {
  it('are those measured, when it is alone', () => {
    const rates = ratesOf(profile, { threads: 1, ranks: 1 });
    expect(rates.gemmMs(1024, 1024, 1024)).toBeCloseTo((2 * 1024 ** 3) / 50e6, 9);
    expect(rates.allReduceMs(1e9)).toBe(0);
  });

  it('are shared when there are more threads than cores', () => {
    const alone = ratesOf(profile, { threads: 4, ranks: 1 });
    const crowded = ratesOf(profile, { threads: 4, ranks: 2 });
    expect(crowded.gemmMs(1024, 1024, 1024)).toBeCloseTo(2 * alone.gemmMs(1024, 1024, 1024), 9);
    expect(crowded.peakGflops).toBeCloseTo(alone.peakGflops / 2, 9);
  });

  it('sum gradients at the measured rate, more slowly with more ranks', () => {
    expect(ratesOf(profile, { threads: 1, ranks: 2 }).allReduceMs(2e6)).toBeCloseTo(1 + 1, 9);
    expect(ratesOf(profile, { threads: 1, ranks: 4 }).allReduceMs(2e6)).toBeCloseTo(1 + 1.5, 9);
  });
});
