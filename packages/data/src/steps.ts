/** Exactly one of the three is given; the job spec checks that. */
export interface TrainingLength {
  steps?: number | undefined;
  tokens?: number | undefined;
  epochs?: number | undefined;
}

/**
 * Optimizer steps of a run: `steps` as they are, `tokens` as ceil(tokens / (globalBatch x sequence)), `epochs` as the steps in which every sample of the data is met
 * that often (the last one may begin another round).
 */
export function totalSteps(length: TrainingLength, options: { globalBatch: number; sequence: number; samplesPerEpoch: number }): number {
  const { globalBatch, sequence, samplesPerEpoch } = options;
  if (length.steps !== undefined) return length.steps;
  if (length.tokens !== undefined) return Math.ceil(length.tokens / (globalBatch * sequence));
  if (length.epochs !== undefined) return Math.ceil((length.epochs * samplesPerEpoch) / globalBatch);
  throw new Error('one of steps, tokens and epochs must be given');
}
