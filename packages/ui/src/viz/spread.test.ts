import { expect, test } from 'vitest';
import { spread } from './spread.ts';

const room = { gap: 14, low: 0, high: 100 };

test('labels with room stay', () => {
  expect(spread([10, 50, 90], room)).toEqual([10, 50, 90]);
});

test('labels that overlap move apart and keep their order', () => {
  expect(spread([50, 48, 51], room)).toEqual([62, 48, 76]);
});

test('labels at the edge move back in', () => {
  expect(spread([98, 99], room)).toEqual([86, 100]);
  expect(spread([-5, 2], room)).toEqual([0, 14]);
});
