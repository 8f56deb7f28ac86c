/** Hyper-parameters of the optimizer that do not change from step to step. */
export interface AdamWSettings {
  betas: readonly [number, number];
  eps: number;
  weightDecay: number;
}

/** Positions in the small vector of scalars that the optimizer program reads. */
export const hyperSlots = ['learningRate', 'clipFactor', 'biasCorrection1', 'biasCorrection2'] as const;

/** The scalars of one step, in the order of `hyperSlots`. `step` counts from 0. */
export function hyperVector({
  step,
  learningRate,
  clipFactor,
  betas,
}: {
  step: number;
  learningRate: number;
  clipFactor: number;
  betas: readonly [number, number];
}): Float32Array {
  return new Float32Array([learningRate, clipFactor, 1 - betas[0] ** (step + 1), 1 - betas[1] ** (step + 1)]);
}

/** Factor on the gradients so that their norm stays at or below `gradientClip`; 0 switches clipping off. */
export function clipFactor(norm: number, gradientClip: number): number {
  return gradientClip === 0 ? 1 : Math.min(1, gradientClip / (norm + 1e-6));
}
