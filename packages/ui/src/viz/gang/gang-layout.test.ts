import { expect, test } from 'vitest';
import { layoutGang, nodeSummaries, rankAt, type GangRank } from './gang-layout.ts';

/** Ranks in the order tp, then cp, dp, pp; nodes of eight. */
function gang({ dp = 1, tp = 1, pp = 1 }: { dp?: number; tp?: number; pp?: number }): GangRank[] {
  return Array.from({ length: dp * tp * pp }, (_, rank) => ({
    rank,
    node: `n${Math.floor(rank / 8)}`,
    device: rank % 8,
    tp: rank % tp,
    cp: 0,
    dp: Math.floor(rank / tp) % dp,
    pp: Math.floor(rank / tp / dp),
  }));
}

const desk = { width: 800, heightMax: 420 };

test.each([
  [1, desk],
  [8, desk],
  [1024, desk],
  [1024, { width: 320, heightMax: 420 }],
])('%i devices lie within the width, each at a place of its own', (count, room) => {
  const layout = layoutGang(gang({ dp: count }), room);
  expect(layout.width).toBeLessThanOrEqual(room.width);
  const places = new Set(Array.from(layout.x, (left, index) => `${left},${layout.y[index]}`));
  expect(places.size).toBe(count);
  expect(Math.max(...layout.y) + layout.cell).toBeLessThanOrEqual(layout.height);
});

test('a few devices are large and numbered, many are small', () => {
  expect(layoutGang(gang({ dp: 8 }), desk)).toMatchObject({ numbered: true, named: true });
  expect(layoutGang(gang({ dp: 1024 }), desk)).toMatchObject({ numbered: false });
});

test('links join the ranks of a tensor-parallel group, and no others', () => {
  const { links } = layoutGang(gang({ tp: 4, dp: 4 }), desk);
  expect(links.map(({ from }) => from)).toEqual([0, 1, 2, 4, 5, 6, 8, 9, 10, 12, 13, 14]);
  expect(layoutGang(gang({ dp: 8 }), desk).links).toEqual([]);
});

test('devices of a node stand in their order, whatever the order of the ranks', () => {
  const [a, b] = gang({ dp: 2 });
  const layout = layoutGang(
    [
      { ...a!, device: 5 },
      { ...b!, device: 2 },
    ],
    desk,
  );
  expect(layout.x[1]).toBeLessThan(layout.x[0]!);
});

test('finds the rank under a point', () => {
  const layout = layoutGang(gang({ dp: 16 }), desk);
  expect(rankAt(layout, layout.x[9]! + 3, layout.y[9]! + 3)).toBe(9);
  expect(rankAt(layout, layout.x[9]! - 1, layout.y[9]! + 3)).toBe(-1);
});

test('a node stands for its ranks, a lost one first', () => {
  const ranks = gang({ dp: 16 });
  ranks[11] = { ...ranks[11]!, state: 'lost' };
  expect(nodeSummaries(ranks).map(({ rank, members }) => [rank.rank, members.length])).toEqual([
    [0, 8],
    [11, 8],
  ]);
});
