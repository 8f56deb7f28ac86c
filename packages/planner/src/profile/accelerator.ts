import type { DeviceProfile } from './profile.ts';

/** What data sheets say of an accelerator: dense rates of one device, the link between devices of a node in one direction. */
export interface AcceleratorFigures {
  name: string;
  bf16Tflops: number;
  /** The highest rate of a matrix product seen in practice; null when nobody told. */
  achievableBf16Tflops: number | null;
  memoryTBps: number;
  linkGBps: number | null;
}

/** Tensor cores multiply fp32 numbers, rounded to TF32, at half their rate for bf16 (data sheets of A100, H100, B200). */
const fp32Share = 0.5;
/** Where nobody told what is achieved: about the least of those that are known. */
const achievableShareDefault = 0.7;
/**
 * Of the achieved rate, what products of this size reach among other work, hour after hour: small ones do not fill the device, and
 * the highest rate is that of one shape on a cool device.
 */
const sizeShares = [
  { size: 256, share: 0.08 },
  { size: 1024, share: 0.35 },
  { size: 2048, share: 0.55 },
  { size: 4096, share: 0.7 },
  { size: 8192, share: 0.75 },
];
/** Fused attention of the peak, forward and backward (FlashAttention-2 and 3, causal, head size 64). */
const attentionShares = { forward: 0.4, backward: 0.3 };
/** What element-wise passes reach of the memory's rate; small ones are over before they reach it. */
const streamShares = [
  { bytes: 2 ** 20, share: 0.25 },
  { bytes: 2 ** 24, share: 0.7 },
  { bytes: 2 ** 28, share: 0.9 },
];
/** What a ring all-reduce of large buffers reaches of the link (NCCL tests on NVLink). */
const linkShare = 0.75;
/** Where no link joins the devices: the bus of the host. */
const busGBps = 25;

/**
 * A profile from a data sheet, for an accelerator that nobody has measured: its rates belong to the device, whatever the threads of
 * its host. Predictions made from it say `source: "default"`.
 */
export function acceleratorProfile(figures: AcceleratorFigures): DeviceProfile {
  const { name, bf16Tflops, achievableBf16Tflops, memoryTBps, linkGBps } = figures;
  const threads = 1;
  const peak = bf16Tflops * 1000 * fp32Share;
  const achieved = (achievableBf16Tflops ?? bf16Tflops * achievableShareDefault) * 1000 * fp32Share;
  const memoryGBps = memoryTBps * 1000;
  const stream = streamShares.map(({ bytes, share }) => ({ threads, bytes, gigabytesPerSecond: memoryGBps * share }));
  return {
    version: 1,
    source: 'default',
    device: name,
    cores: 1,
    peak: [{ threads, gflops: peak }],
    gemm: sizeShares.map(({ size, share }) => ({ threads, m: size, n: size, k: size, gflops: achieved * share })),
    attention: [
      {
        threads,
        sequence: 1024,
        headSize: 64,
        forwardGflops: peak * attentionShares.forward,
        backwardGflops: peak * attentionShares.backward,
      },
    ],
    stream,
    transcendental: stream,
    // A buffer's bytes per second: a ring of n sends and receives 2 (n - 1) / n of it.
    allReduce: [2, 8].map((ranks) => ({
      ranks,
      latencyMs: 0.02 * ranks,
      gigabytesPerSecond: ((linkGBps ?? busGBps) * linkShare) / ((2 * (ranks - 1)) / ranks),
    })),
    stepOverheadMs: 4,
  };
}
