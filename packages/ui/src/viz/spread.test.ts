import { expect, test } from 'vitest';
import { spread, spreadNear } from './spread.ts';

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

test('labels that would stand far from where they belong are left out together, and others stay', () => {
  expect(spreadNear([20, 50, 52, 90], room)).toEqual([20, 50, 64, 90]);
  expect(spreadNear([20, 60, 60, 60, 61], room)).toEqual([20, undefined, undefined, undefined, undefined]);
});
