import { buildLibrary, loadLibrary } from '@massif/native';
import { describe, expect, it } from 'vitest';
import { includeDirectories } from './routines.ts';
import { cacheDirectory, instructionSets } from './testing/harness.ts';

/** erf by its Taylor series up to 3, where it is within 3e-5 of 1, and 1 - erfc by its continued fraction beyond. */
function erf(x: number): number {
  if (x < 0) return -erf(-x);
  if (Number.isNaN(x)) return NaN;
  if (x > 3) {
    let fraction = 0;
    for (let k = 60; k > 0; k--) fraction = k / 2 / (x + fraction);
    return 1 - Math.exp(-x * x) / (Math.sqrt(Math.PI) * (x + fraction));
  }
  let [sum, term] = [x, x];
  for (let n = 1; n < 100; n++) {
    term *= (-x * x) / n;
    sum += term / (2 * n + 1);
  }
  return (2 / Math.sqrt(Math.PI)) * sum;
}

const functions = {
  exp: {
    exact: Math.exp,
    ranges: [
      [-110, 95],
      [-1, 1],
    ],
  },
  log: {
    exact: Math.log,
    ranges: [
      [-1, 4],
      [0, 1e-37],
      [0, 3e38],
    ],
  },
  tanh: {
    exact: Math.tanh,
    ranges: [
      [-1, 1],
      [-30, 30],
    ],
  },
  erf: {
    exact: erf,
    ranges: [
      [-1.5, 1.5],
      [-7, 7],
    ],
  },
  sin: {
    exact: Math.sin,
    ranges: [
      [-10, 10],
      [1e5, 1e6],
    ],
  },
  cos: {
    exact: Math.cos,
    ranges: [
      [-10, 10],
      [1e5, 1e6],
    ],
  },
} as const;

const source = {
  name: 'loops.cc',
  text: [
    '#include "elementary.h"',
    ...Object.keys(functions).map(
      (name) =>
        `extern "C" void loop_${name}(const float* x, float* y, int64_t n) { for (int64_t i = 0; i < n; i++) y[i] = massif_${name}(x[i]); }`,
    ),
  ].join('\n'),
};

describe.each(instructionSets)('$name', ({ flags }) => {
  it.each(Object.entries(functions))('%s is within 3 units in the last place, and right at the edges', async (name, { exact, ranges }) => {
    const path = await buildLibrary({ name: 'elementary', sources: [source], flags, includeDirectories, cacheDirectory });
    const loop = loadLibrary(path).func(`void loop_${name}(const float* x, _Out_ float* y, int64_t n)`);
    const points = ranges.flatMap(([low, high]) => Array.from({ length: 20_001 }, (_, i) => low + ((high - low) * i) / 20_000));
    const x = Float32Array.from([...points, 0, NaN, ...(name === 'sin' || name === 'cos' ? [] : [Infinity, -Infinity])]);
    const y = new Float32Array(x.length);
    loop(x, y, x.length);
    const wrong = Array.from(x, (value, i) => ({ x: value, actual: y[i]!, expected: exact(value) })).filter(({ actual, expected }) => {
      const nearest = Math.fround(expected);
      if (!Number.isFinite(nearest)) return !Object.is(actual, nearest);
      return !(Math.abs(actual - expected) <= 3 * 2 ** -23 * Math.max(Math.abs(nearest), 2 ** -126));
    });
    expect(wrong).toEqual([]);
  });
});
