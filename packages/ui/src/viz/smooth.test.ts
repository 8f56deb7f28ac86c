import { expect, test } from 'vitest';
import { smooth } from './smooth.ts';

const of = (...values: number[]) => Float64Array.from(values);

test('without weight it is the line itself', () => {
  expect([...smooth(of(1, 5, 2), 0)]).toEqual([1, 5, 2]);
});

test('a level stays where it is, to its ends', () => {
  expect([...smooth(of(8, 8, 8), 0.9)].map((value) => value.toFixed(9))).toEqual(Array(3).fill('8.000000000'));
});

test('a slope stays where it is, away from its ends', () => {
  const slope = Float64Array.from({ length: 201 }, (_, index) => -3 * index);
  expect(smooth(slope, 0.8)[100]).toBeCloseTo(-300, 6);
});

test('begins where the values do, however they fall', () => {
  expect(smooth(of(11, 9, 7.5, 6.5, 6, 5.8), 0.8)[0]).toBeCloseTo(11, 12);
});

test('weighs neighbours by how near they are', () => {
  // The last of 0, 4, 8 and, reflected, of -4 and -8: 8, half of 4, nothing of 0, and so on.
  expect(smooth(of(0, 4, 8), 0.5)[2]).toBeCloseTo((8 + 4 / 2 - 4 / 8 - 8 / 16) / (1 + 1 / 2 + 1 / 4 + 1 / 8 + 1 / 16), 12);
});

test('a gap stays a gap and is passed over', () => {
  const [first, gap, last] = smooth(of(4, Number.NaN, 8), 0.5);
  expect(first).toBeCloseTo(4, 12);
  expect(gap).toBeNaN();
  expect(last).toBeCloseTo((8 + 4 / 2) / 1.75, 12);
});

test('nothing but gaps stays so', () => {
  expect([...smooth(of(Number.NaN, Number.NaN), 0.5)]).toEqual([Number.NaN, Number.NaN]);
});
