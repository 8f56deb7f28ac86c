import { expect, test } from 'vitest';
import { sparkPath } from './spark-path.ts';

const room = { width: 100, height: 10 };

test('runs from the lowest to the highest value over the whole width', () => {
  expect(sparkPath([1, 3, 2], room)).toEqual({ path: 'M0 10L50 0L100 5', last: [100, 5] });
});

test('is interrupted where a value is missing', () => {
  expect(sparkPath([1, null, 3, Number.NaN], { ...room, width: 99 })).toEqual({ path: 'M0 10M66 0', last: [66, 0] });
});

test('counts may begin at zero', () => {
  expect(sparkPath([5, 10], { ...room, from: 0 }).path).toBe('M0 5L100 0');
});

test('nothing, one value and a level line are no trouble', () => {
  expect(sparkPath([], room)).toEqual({ path: '', last: null });
  expect(sparkPath([4], room)).toEqual({ path: 'M100 5', last: [100, 5] });
  expect(sparkPath([4, 4], room).path).toBe('M0 5L100 5');
});
