import type { DeviceProfile } from './profile.ts';

/**
 * For a host that nobody has measured yet: one core of a server of about 2020, and half of what many cores promise in
 * memory bandwidth. Predictions made from it say `source: "default"`.
 */
export function defaultProfile(cores: number): DeviceProfile {
  const threads = 1;
  return {
    version: 1,
    source: 'default',
    device: 'cpu',
    cores,
    peak: [{ threads, gflops: 80 }],
    gemm: [
      { threads, m: 32, n: 32, k: 32, gflops: 15 },
      { threads, m: 128, n: 128, k: 128, gflops: 40 },
      { threads, m: 1024, n: 1024, k: 1024, gflops: 60 },
    ],
    attention: [{ threads, sequence: 256, headSize: 64, forwardGflops: 20, backwardGflops: 15 }],
    stream: [
      { threads, bytes: 1 << 18, gigabytesPerSecond: 40 },
      { threads, bytes: 1 << 26, gigabytesPerSecond: 8 },
    ],
    transcendental: [{ threads, bytes: 1 << 22, gigabytesPerSecond: 4 }],
    allReduce: [{ ranks: 2, latencyMs: 0.1, gigabytesPerSecond: 1 }],
    stepOverheadMs: 2,
  };
}
