/** What decides who takes which samples of a step. */
interface BatchLayout {
  /** Samples per optimizer step. */
  globalBatch: number;
  /** Data-parallel replicas. */
  dp: number;
  /** Samples of a micro-batch. */
  microBatch: number;
}

/**
 * Micro-batches over which each replica accumulates gradients before the optimizer.
 * @throws RangeError when they do not come out even; a job spec that asks for it is refused when it is parsed
 */
export function accumulationSteps({ globalBatch, dp, microBatch }: BatchLayout): number {
  const count = globalBatch / (dp * microBatch);
  if (!Number.isInteger(count)) throw new RangeError(`${globalBatch} samples do not divide into ${dp} x ${microBatch}`);
  return count;
}

/**
 * The global indices of the samples that a replica takes in a step, one list per micro-batch. Step s consists of samples
 * s x globalBatch to (s + 1) x globalBatch - 1 whatever the layout; replica r takes the r-th contiguous part of them, in
 * order. What a sample is depends on its index (and the seed) alone, never on the layout.
 * @throws RangeError as `accumulationSteps`, and for a replica that does not exist
 */
export function microBatches({ dpRank, step, ...batch }: BatchLayout & { dpRank: number; step: number }): number[][] {
  const { globalBatch, dp, microBatch } = batch;
  const count = accumulationSteps(batch);
  if (!Number.isInteger(dpRank) || dpRank < 0 || dpRank >= dp) throw new RangeError(`there is no replica ${dpRank} of ${dp}`);
  const first = step * globalBatch + dpRank * count * microBatch;
  return Array.from({ length: count }, (_, micro) => Array.from({ length: microBatch }, (__, place) => first + micro * microBatch + place));
}
