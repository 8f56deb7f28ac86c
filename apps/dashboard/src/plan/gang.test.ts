import { describe, expect, it } from 'vitest';
import { coordinatesOf, placesOn } from './gang.ts';

describe('a rank', () => {
  it('has a place of its own in the layout, its tensor-parallel neighbours beside it', () => {
    const layout = { tp: 2, cp: 2, dp: 2 };
    const all = Array.from({ length: 16 }, (_, rank) => coordinatesOf(rank, layout));
    expect(new Set(all.map((place) => JSON.stringify(place))).size).toBe(16);
    expect(all[0]).toEqual({ tp: 0, cp: 0, dp: 0, pp: 0 });
    expect(all[1]).toEqual({ tp: 1, cp: 0, dp: 0, pp: 0 });
    expect(all[15]).toEqual({ tp: 1, cp: 1, dp: 1, pp: 1 });
  });

  it('lies on nodes that are filled one after the other', () => {
    expect(placesOn(3, 2, (index) => `n${index}`)).toEqual([
      { node: 'n0', device: 0 },
      { node: 'n0', device: 1 },
      { node: 'n1', device: 0 },
    ]);
  });
});
