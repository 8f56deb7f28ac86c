import { expect, test } from 'vitest';
import { differenceOf } from './difference.ts';

test('a longer step is worse, more tokens a second are better', () => {
  expect(differenceOf(100, 110, 'lower')).toEqual({ share: expect.closeTo(0.1), merit: expect.closeTo(-0.2) });
  expect(differenceOf(100, 110, 'higher')).toEqual({ share: expect.closeTo(0.1), merit: expect.closeTo(0.2) });
});

test('beyond half of the plan it cannot look worse', () => {
  expect(differenceOf(100, 400, 'lower').merit).toBe(-1);
  expect(differenceOf(100, 0, 'lower').merit).toBe(1);
});

test('without a plan or a measurement there is no difference', () => {
  expect(differenceOf(null, 5, 'lower')).toEqual({ share: null, merit: 0 });
  expect(differenceOf(5, null, 'lower').share).toBeNull();
  expect(differenceOf(0, 5, 'lower').share).toBeNull();
  expect(differenceOf(5, 5, 'lower')).toEqual({ share: 0, merit: 0 });
});
