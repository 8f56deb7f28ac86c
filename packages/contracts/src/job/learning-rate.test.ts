import { expect, it } from 'vitest';
import { learningRateAt } from './learning-rate.ts';

const base = { learningRate: 1e-3, warmupSteps: 10, minRatio: 0.1, steps: 110 };

it('warms up linearly, the first step above zero and the last at the peak', () => {
  const at = (step: number) => learningRateAt(step, { ...base, name: 'cosine' });
  expect(at(0)).toBeCloseTo(1e-4, 12);
  expect(at(9)).toBeCloseTo(1e-3, 12);
});

it('follows the cosine from the peak to the floor', () => {
  const at = (step: number) => learningRateAt(step, { ...base, name: 'cosine' });
  expect(at(10)).toBeCloseTo(1e-3, 12);
  expect(at(60)).toBeCloseTo(1e-3 * (0.1 + 0.9 * 0.5), 12);
  expect(at(110)).toBeCloseTo(1e-4, 12);
});

it('stays at the peak when constant, whatever the floor', () => {
  expect(learningRateAt(99, { ...base, name: 'constant' })).toBe(1e-3);
});

it('decays linearly over the whole run, or over its last tenth', () => {
  expect(learningRateAt(60, { ...base, name: 'linear' })).toBeCloseTo(1e-3 * (0.1 + 0.9 * 0.5), 12);
  expect(learningRateAt(99, { ...base, name: 'wsd' })).toBeCloseTo(1e-3, 12);
  expect(learningRateAt(105, { ...base, name: 'wsd' })).toBeCloseTo(1e-3 * (0.1 + 0.9 * 0.5), 12);
});

it('needs no warm-up and survives one as long as the run', () => {
  expect(learningRateAt(0, { ...base, name: 'cosine', warmupSteps: 0 })).toBe(1e-3);
  expect(learningRateAt(109, { ...base, name: 'cosine', warmupSteps: 110 })).toBeCloseTo(1e-3, 12);
});
