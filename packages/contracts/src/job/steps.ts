import type { JobSpec } from './schema.ts';

/** Optimizer steps of the whole run, as far as its spec alone says: null where the size of the data decides, and where nothing is trained. */
export function specSteps(spec: JobSpec): number | null {
  const training = 'training' in spec ? spec.training : undefined;
  if (!training) return null;
  const { steps, tokens, globalBatch, sequence } = training;
  if (steps !== undefined) return steps;
  return tokens !== undefined && globalBatch && sequence ? Math.ceil(tokens / (globalBatch * sequence)) : null;
}
