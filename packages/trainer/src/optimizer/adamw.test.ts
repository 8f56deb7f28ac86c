import { evaluateFn } from '@massif/device-reference';
import { expect, it } from 'vitest';
import { hyperVector } from '../step/hyper.ts';
import { adamwFn } from './adamw.ts';
import { normBlock, normOf, squaresFn } from './norm.ts';

const betas: [number, number] = [0.9, 0.95];

it('follows the update rule over two steps: bias correction, decoupled decay, clipping', () => {
  const [learningRate, eps, weightDecay, clip] = [0.1, 1e-8, 0.3, 0.5];
  const update = adamwFn(3, { betas, eps, weightDecay });
  let state = { parameters: [1, -2, 0.5], firstMoment: [0, 0, 0], secondMoment: [0, 0, 0] };
  const expected = state.parameters.map((p) => ({ p, m: 0, v: 0 }));
  for (const [step, gradients] of [
    [3, -1, 0],
    [1, 1, -2],
  ].entries()) {
    const hyper = hyperVector({ step, learningRate, clipFactor: clip, betas });
    const out = evaluateFn(update, { ...state, gradients, hyper });
    state = {
      parameters: [...out['new:parameters']!],
      firstMoment: [...out['new:firstMoment']!],
      secondMoment: [...out['new:secondMoment']!],
    };
    for (const [i, element] of expected.entries()) {
      const g = gradients[i]! * clip;
      element.m = 0.9 * element.m + 0.1 * g;
      element.v = 0.95 * element.v + 0.05 * g * g;
      const [m, v] = [element.m / (1 - 0.9 ** (step + 1)), element.v / (1 - 0.95 ** (step + 1))];
      element.p = element.p * (1 - learningRate * weightDecay) - (learningRate * m) / (Math.sqrt(v) + eps);
      expect(state.parameters[i]).toBeCloseTo(element.p, 6);
    }
  }
});

it('takes the norm of every element, block by block', () => {
  const gradients = Float32Array.from({ length: 3 * normBlock }, (_, i) => Math.sin(i));
  const { squares } = evaluateFn(squaresFn(3), { values: gradients });
  const total = gradients.reduce((sum, value) => sum + value * value, 0);
  expect(squares).toHaveLength(3);
  expect(normOf(Float32Array.from(squares!))).toBeCloseTo(Math.sqrt(total), 3);
});
