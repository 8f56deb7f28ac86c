import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { planMemory } from './plan.ts';

const block = fc
  .record({ bytes: fc.nat(1000), first: fc.nat(20), life: fc.nat(8) })
  .map(({ bytes, first, life }) => ({ bytes, first, last: first + life }));

it('keeps blocks that live at the same time apart, on cache lines and inside the arena', () => {
  fc.assert(
    fc.property(fc.array(block, { maxLength: 30 }), (blocks) => {
      const { offsets, arenaBytes } = planMemory(blocks);
      for (const [i, a] of blocks.entries()) {
        expect(offsets[i]! % 64).toBe(0);
        expect(offsets[i]! + a.bytes).toBeLessThanOrEqual(arenaBytes);
        for (const [j, b] of blocks.entries()) {
          const together = i !== j && a.bytes > 0 && b.bytes > 0 && a.first <= b.last && b.first <= a.last;
          if (together) expect(offsets[i]! + a.bytes <= offsets[j]! || offsets[j]! + b.bytes <= offsets[i]!).toBe(true);
        }
      }
    }),
  );
});

it('uses memory again once it is free', () => {
  const blocks = [0, 1, 2, 3].map((step) => ({ bytes: 640, first: step, last: step + 1 }));
  expect(planMemory(blocks).arenaBytes).toBe(1280);
});

it('needs nothing for nothing', () => {
  expect(planMemory([])).toEqual({ offsets: [], arenaBytes: 0 });
});
