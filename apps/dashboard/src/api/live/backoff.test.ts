import { expect, it } from 'vitest';
import { backoffMs } from './backoff.ts';

it('waits longer after each failure, up to a quarter of a minute, and never less than half of that', () => {
  expect([1, 2, 3, 4].map((failures) => backoffMs(failures, 1))).toEqual([500, 1000, 2000, 4000]);
  expect([1, 100].map((failures) => backoffMs(failures, 0))).toEqual([250, 7500]);
  expect(backoffMs(1000, 1)).toBe(15_000);
});
