import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { microBatches, accumulationSteps } from './samples.ts';

describe('the samples of a step', () => {
  it('are shared out in order', () => {
    expect(microBatches({ globalBatch: 8, dp: 2, microBatch: 2, dpRank: 1, step: 3 })).toEqual([
      [28, 29],
      [30, 31],
    ]);
  });

  it('are the same on every layout, each taken once', () => {
    const count = fc.integer({ min: 1, max: 5 });
    const batches = fc.record({ dp: count, microBatch: count, accumulation: count, step: fc.nat({ max: 1e6 }) });
    fc.assert(
      fc.property(batches, ({ dp, microBatch, accumulation, step }) => {
        const globalBatch = dp * microBatch * accumulation;
        const taken = Array.from({ length: dp }, (_, dpRank) => microBatches({ globalBatch, dp, microBatch, dpRank, step })).flat(2);
        expect(taken).toEqual(Array.from({ length: globalBatch }, (_, place) => step * globalBatch + place));
        expect(accumulationSteps({ globalBatch, dp, microBatch })).toBe(accumulation);
      }),
    );
  });

  it('must divide, and go to replicas that exist', () => {
    expect(() => microBatches({ globalBatch: 8, dp: 3, microBatch: 1, dpRank: 0, step: 0 })).toThrow('8 samples do not divide into 3 x 1');
    for (const dpRank of [-1, 2, 0.5])
      expect(() => microBatches({ globalBatch: 8, dp: 2, microBatch: 1, dpRank, step: 0 })).toThrow(RangeError);
  });
});
