import fc from 'fast-check';
import { expect, test } from 'vitest';
import { permute, planWindows, sampleStart } from './order.ts';
import { totalSteps } from './steps.ts';

test('the permutation meets every window once', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 3000 }), fc.integer(), fc.integer(), (size, keyLow, keyHigh) => {
      const seen = new Set(Array.from({ length: size }, (_, i) => permute(i, { size, keyLow: keyLow | 0, keyHigh: keyHigh | 0 })));
      expect(seen.size).toBe(size);
      expect(Math.max(...seen)).toBe(size - 1);
    }),
  );
});

test('the permutation is shuffled: neighbours do not stay neighbours and every place is as likely', () => {
  const size = 1000;
  const order = Array.from({ length: size }, (_, i) => permute(i, { size, keyLow: 5, keyHigh: 9 }));
  expect(order.filter((value, i) => Math.abs(value - (order[i - 1] ?? -9)) === 1).length).toBeLessThan(10);
  const firsts = Array.from({ length: 8000 }, (_, key) => permute(3, { size: 8, keyLow: key, keyHigh: key * 7 }));
  for (let value = 0; value < 8; value++) expect(Math.abs(firsts.filter((first) => first === value).length - 1000)).toBeLessThan(150);
});

test('every sample lies inside the shard and an epoch covers nearly every token once', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 40 }),
      fc.integer({ min: 2, max: 900 }),
      fc.integer({ min: 0, max: 2 ** 40 }),
      fc.integer({ min: 0, max: 5 }),
      (sequence, tokens, seed, epoch) => {
        const plan = planWindows({ tokens, sequence });
        if (tokens < sequence + 1) {
          expect(plan.windows).toBe(0);
          return;
        }
        const targets = new Set<number>();
        for (let i = 0; i < plan.windows; i++) {
          const start = sampleStart(plan, { seed, index: epoch * plan.windows + i, sequence });
          expect(start).toBeGreaterThanOrEqual(0);
          expect(start + sequence + 1).toBeLessThanOrEqual(tokens);
          for (let j = 1; j <= sequence; j++) targets.add(start + j);
        }
        expect(targets.size).toBe(plan.windows * sequence);
        // What an offset costs is less than two windows.
        expect(tokens - 1 - targets.size).toBeLessThan(2 * sequence);
      },
    ),
  );
});

test('epochs differ in order and offset, seeds differ, and the same question has the same answer', () => {
  const plan = planWindows({ tokens: 10_001, sequence: 100 });
  const epoch = (number: number, seed: number) =>
    Array.from({ length: plan.windows }, (_, i) => sampleStart(plan, { seed, index: number * plan.windows + i, sequence: 100 }));
  expect(epoch(0, 1)).toEqual(epoch(0, 1));
  expect(epoch(0, 1)).not.toEqual(epoch(1, 1));
  expect(epoch(0, 1)).not.toEqual(epoch(0, 2));
  const offsets = Array.from({ length: 20 }, (_, number) => epoch(number, 1)[0]! % 100);
  expect(new Set(offsets).size).toBeGreaterThan(10);
});

test('the order of seed 1 stays what it was: resumed runs and published curves rely on it', () => {
  const plan = planWindows({ tokens: 10_001, sequence: 100 });
  expect(Array.from({ length: 8 }, (_, index) => sampleStart(plan, { seed: 1, index, sequence: 100 }))).toMatchInlineSnapshot(`
    [
      642,
      3342,
      9442,
      3642,
      2042,
      7742,
      4742,
      1142,
    ]
  `);
});

test.each([
  [{ steps: 7 }, 7],
  [{ tokens: 2048 }, 1],
  [{ tokens: 2049 }, 2],
  [{ epochs: 2 }, 13],
  [{ epochs: 0.5 }, 4],
])('%j is %i steps', (length, steps) => {
  expect(totalSteps(length, { globalBatch: 8, sequence: 256, samplesPerEpoch: 50 })).toBe(steps);
});
