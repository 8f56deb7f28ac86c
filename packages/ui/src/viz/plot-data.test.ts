import { expect, test } from 'vitest';
import { alignLines, openRange, zoomed } from './plot-data.ts';

const of = (...values: number[]) => Float64Array.from(values);

test('lines with the same x keep their memory', () => {
  const x = of(1, 2, 3);
  const y = of(4, 5, 6);
  const [alignedX, alignedY] = alignLines([{ x, y }]);
  expect(alignedX).toBe(x);
  expect(alignedY).toBe(y);
});

test('what is missing is null: a gap', () => {
  const x = of(1, 2, 3);
  expect(alignLines([{ x, y: of(4, Number.NaN, 6) }])[1]).toEqual([4, null, 6]);
});

test('lines with other x are joined in the order given; places without a point are undefined, those in a gap null', () => {
  const x = of(1, 2, 3);
  const aligned = alignLines([
    { x, y: of(4, 5, 6) },
    { x: of(2, 5), y: of(9, Number.NaN) },
    { x, y: of(7, 8, 9) },
  ]);
  expect(aligned.map((values) => [...values])).toEqual([
    [1, 2, 3, 5],
    [4, 5, 6, undefined],
    [undefined, 9, null, null],
    [7, 8, 9, undefined],
  ]);
});

test('an axis has room for one point, and for none', () => {
  expect(openRange(5, 5)).toEqual([4.5, 5.5]);
  expect(openRange(0, 0)).toEqual([-1, 1]);
  expect(openRange(Infinity, -Infinity)).toEqual([0, 1]);
  expect(openRange(1, 3)).toEqual([1, 3]);
});

test('zooms around a point and stays within what there is', () => {
  expect(zoomed([0, 100], 20, 0.5, [0, 100])).toEqual([10, 60]);
  expect(zoomed([10, 60], 20, 4, [0, 100])).toEqual([0, 100]);
});
