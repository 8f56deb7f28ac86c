import { normal, seedOf, uniform } from './random.ts';

/** What training of one job shows, step by step: the same for whoever goes over a step again. */
export interface Curve {
  loss(step: number): number;
  /** On the data held back, after so many steps. */
  evaluationLoss(steps: number): number;
  gradNorm(step: number): number;
}

/** Nats per token that nobody gets below: that of the text itself. */
const irreducible = 1.7;
const vocabularyDefault = 50_257;
/** Loss that is left falls as a power of the tokens seen (Kaplan et al. 2020, arXiv:2001.08361; Hoffmann et al. 2022). */
const tokenExponent = 0.35;
const tokenScale = 3e6;
/** A run of steps that is too hot, and falls back. */
const spikeShare = 0.003;
const spikeSteps = 8;

/** A curve as runs of language models have it: from the entropy of the vocabulary down, with noise and now and then a spike. */
export function curveOf({
  seed,
  parameters,
  vocabulary = vocabularyDefault,
  tokensPerStep,
}: {
  seed: number;
  parameters: number;
  vocabulary?: number;
  tokensPerStep: number;
}): Curve {
  const noise = seedOf(seed, 'noise');
  const spikes = seedOf(seed, 'spikes');
  // What a model of this size cannot learn (Hoffmann et al. 2022, arXiv:2203.15556, table A3: 406.4 / N^0.34).
  const floor = irreducible + 406.4 / parameters ** 0.34 + 0.1 * normal(seedOf(seed, 'floor'));
  const smooth = (step: number) => floor + (Math.log(vocabulary) - floor) * (1 + (step * tokensPerStep) / tokenScale) ** -tokenExponent;
  const spike = (step: number) => {
    for (let back = 0; back < spikeSteps; back++)
      if (step - back > 20 && uniform(spikes, step - back) < spikeShare) return 0.4 * uniform(spikes, -(step - back)) * 0.65 ** back;
    return 0;
  };
  return {
    loss: (step) => smooth(step) + 0.03 * normal(noise, step) + spike(step),
    evaluationLoss: (steps) => smooth(steps) + 0.02 + 0.004 * normal(noise, -steps),
    gradNorm: (step) => (0.35 + 4 / (1 + step / 6)) * Math.exp(0.18 * normal(noise, step + 2 ** 28)) + 3 * spike(step),
  };
}
