import { expect, test } from 'vitest';
import { smooth } from './smooth.ts';

const of = (...values: number[]) => Float64Array.from(values);

test('without weight it is the line itself', () => {
  expect([...smooth(of(1, 5, 2), 0)]).toEqual([1, 5, 2]);
});

test('begins at the first value, not at zero', () => {
  expect([...smooth(of(8, 8, 8), 0.9)].map((value) => value.toFixed(9))).toEqual(Array(3).fill('8.000000000'));
});

test('weighs the past', () => {
  // (0.5 * 4 * 0.5 + 0.5 * 8) / (0.25 + 0.5)
  expect(smooth(of(4, 8), 0.5)[1]).toBeCloseTo(20 / 3, 12);
});

test('a gap stays a gap and the average goes on after it', () => {
  const [first, gap, last] = smooth(of(4, Number.NaN, 8), 0.5);
  expect(first).toBe(4);
  expect(gap).toBeNaN();
  expect(last).toBeCloseTo(20 / 3, 12);
});
