import { expect, it } from 'vitest';
import { clipFactor, hyperVector } from './hyper.ts';

it('clips only above the limit, and not at all when switched off', () => {
  expect(clipFactor(0.5, 1)).toBe(1);
  expect(clipFactor(4, 1)).toBeCloseTo(0.25, 6);
  expect(clipFactor(4, 0)).toBe(1);
});

it('corrects the bias of the first step fully', () => {
  const vector = hyperVector({ step: 0, learningRate: 0.1, clipFactor: 1, betas: [0.9, 0.95] });
  expect([...vector].map((value) => Number(value.toFixed(6)))).toEqual([0.1, 1, 0.1, 0.05]);
});
