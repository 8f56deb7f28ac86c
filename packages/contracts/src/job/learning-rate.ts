/** How the learning rate moves over a run; the job spec's `training.schedule` with its peak. */
export interface LearningRateSchedule {
  name: 'constant' | 'cosine' | 'linear' | 'wsd';
  /** Peak rate, reached at the end of the warm-up. */
  learningRate: number;
  warmupSteps: number;
  /** Final rate as a share of the peak. */
  minRatio: number;
  /** Steps of the whole run. */
  steps: number;
}

/** Warm-up, stable, decay: the decay takes this last share of the steps (Hu et al. 2024, arXiv:2404.06395, use 10 %). */
const wsdDecayShare = 0.1;

/** Share of the way from the peak to the floor, `progress` in 0..1 after the warm-up. */
const shapes: Record<LearningRateSchedule['name'], (progress: number) => number> = {
  constant: () => 1,
  cosine: (progress) => (1 + Math.cos(Math.PI * progress)) / 2,
  linear: (progress) => 1 - progress,
  wsd: (progress) => Math.min(1, (1 - progress) / wsdDecayShare),
};

/**
 * Learning rate of step `step`, counted from 0: `lr (s+1)/w` during the warm-up, then `lr (r + (1-r) shape)` where the
 * cosine's shape is `(1 + cos(pi (s-w)/(steps-w))) / 2`.
 */
export function learningRateAt(step: number, { name, learningRate, warmupSteps, minRatio, steps }: LearningRateSchedule): number {
  if (step < warmupSteps) return (learningRate * (step + 1)) / warmupSteps;
  if (name === 'constant') return learningRate;
  const progress = Math.min(1, (step - warmupSteps) / Math.max(1, steps - warmupSteps));
  return learningRate * (minRatio + (1 - minRatio) * shapes[name](progress));
}
