import { fp32Bytes, parameterCount, type ModelShape } from '../model/shape.ts';
import { gflopOf, workOf } from '../model/work.ts';
import { ratesOf } from '../profile/rates.ts';
import type { DeviceProfile } from '../profile/profile.ts';

/** Exposed milliseconds of one optimizer step; they sum to its time. */
export interface StepParts {
  compute: number;
  tpComm: number;
  ppComm: number;
  dpComm: number;
  cpComm: number;
  epComm: number;
  bubble: number;
  optimizer: number;
  offload: number;
  other: number;
}

export interface StepEstimate {
  stepTimeMs: number;
  parts: StepParts;
  /** Operations of the model, and of the hardware, over what the ranks' dense peak allows; 0..1. */
  mfu: number;
  hfu: number;
}

/** AdamW reads parameter, gradient and both moments and writes three of them; the norm reads the gradient once before. */
const optimizerPasses = 4 + 3 + 1;

/** Time of one step of `accumulationSteps` micro-batches per rank, the gradients summed over all ranks after the last of them. */
export function estimateStep(
  model: ModelShape,
  {
    ranks,
    microBatch,
    accumulationSteps,
    sequence,
    threads,
  }: { ranks: { profile: DeviceProfile }[]; microBatch: number; accumulationSteps: number; sequence: number; threads: number },
): StepEstimate {
  const work = workOf(model, { samples: microBatch, sequence });
  const stateBytes = parameterCount(model) * fp32Bytes;
  const headSize = model.hidden / model.heads;

  const timesOn = (profile: DeviceProfile) => {
    const rates = ratesOf(profile, { threads, ranks: ranks.length });
    const sum = <Item extends { count: number }>(items: Item[], timeMs: (item: Item) => number) =>
      items.reduce((total, item) => total + item.count * timeMs(item), 0);
    const microBatchMs =
      sum(work.gemms, ({ m, n, k }) => rates.gemmMs(m, n, k)) +
      rates.attentionForwardMs(work.attention.forwardGflop, sequence, headSize) +
      rates.attentionBackwardMs(work.attention.backwardGflop, sequence, headSize) +
      sum(work.stream, ({ bytes }) => rates.streamMs(bytes)) +
      sum(work.transcendental, ({ bytes }) => rates.transcendentalMs(bytes));
    return {
      compute: microBatchMs * accumulationSteps,
      dpComm: rates.allReduceMs(stateBytes),
      optimizer: rates.streamMs(stateBytes * optimizerPasses),
      other: rates.stepOverheadMs,
      peakGflops: rates.peakGflops,
    };
  };
  // Most ranks are alike.
  const times = new Map([...new Set(ranks.map(({ profile }) => profile))].map((profile) => [profile, timesOn(profile)]));
  const perRank = ranks.map(({ profile }) => times.get(profile)!);

  // The sum over ranks waits for the slowest, before it and, through the next one, after it.
  const slowest = (part: 'compute' | 'dpComm' | 'optimizer' | 'other') => Math.max(...perRank.map((rank) => rank[part]));
  const parts: StepParts = {
    compute: slowest('compute'),
    tpComm: 0,
    ppComm: 0,
    dpComm: slowest('dpComm'),
    cpComm: 0,
    epComm: 0,
    bubble: 0,
    optimizer: slowest('optimizer'),
    offload: 0,
    other: slowest('other'),
  };
  const stepTimeMs = Object.values(parts).reduce((total: number, ms: number) => total + ms, 0);
  const peakGflop = (perRank.reduce((total, rank) => total + rank.peakGflops, 0) * stepTimeMs) / 1e3;
  const { modelGflop, hardwareGflop } = gflopOf(work);
  const microBatches = accumulationSteps * ranks.length;
  return { stepTimeMs, parts, mfu: (modelGflop * microBatches) / peakGflop, hfu: (hardwareGflop * microBatches) / peakGflop };
}
