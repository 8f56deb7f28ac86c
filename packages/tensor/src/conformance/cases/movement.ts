import { add, cast, exp, iota, mul } from '../../graph/elementwise.ts';
import { fn, spec } from '../../graph/fn.ts';
import { broadcastTo, concat, pad, permute, reshape, slice, split, transpose } from '../../graph/movement.ts';
import type { Case } from '../case.ts';

const x357 = { x: spec('fp32', [3, 5, 7]) };
const wrt = ['x'];

export const movementCases: readonly Case[] = [
  { name: 'an input as it is', fn: fn('copy', x357, ({ x }) => ({ y: x, z: x })), wrt },
  { name: 'reshape', fn: fn('reshape', x357, ({ x }) => ({ y: reshape(x, [15, 7]), z: exp(reshape(x, [5, 21])) })), wrt },
  {
    name: 'reshape across rows',
    fn: fn('uneven', { x: spec('fp32', [4, 9]) }, ({ x }) => ({ y: transpose(reshape(transpose(x), [6, 6])) })),
    wrt,
  },
  { name: 'permute', fn: fn('permute', x357, ({ x }) => ({ y: permute(x, [2, 0, 1]), z: add(permute(x, [1, 0, 2]), 1) })), wrt },
  { name: 'transpose of a large matrix', fn: fn('transpose', { x: spec('fp32', [133, 71]) }, ({ x }) => ({ y: transpose(x) })) },
  {
    name: 'slice',
    fn: fn('slice', x357, ({ x }) => ({
      y: slice(x, { axis: 1, start: 1, end: 4 }),
      z: exp(slice(slice(x, { axis: 2, start: 2, end: 7 }), { axis: 0, start: 2, end: 3 })),
    })),
    wrt,
  },
  {
    name: 'split',
    fn: fn('split', { x: spec('fp32', [5, 9]) }, ({ x }) => {
      const [p, q, r] = split(x, { axis: 1, parts: 3 });
      return { y: mul(add(p!, q!), r!) };
    }),
    wrt,
  },
  {
    name: 'pad',
    fn: fn('pad', x357, ({ x }) => ({
      y: pad(x, { axis: 1, before: 2, after: 1 }),
      z: exp(pad(pad(x, { axis: 0, before: 1 }), { axis: 2, after: 3 })),
      w: pad(exp(x), { axis: 2, before: 1 }),
    })),
    wrt,
  },
  {
    name: 'broadcast',
    fn: fn('broadcast', { x: spec('fp32', [5, 1, 3]) }, ({ x }) => ({
      y: broadcastTo(x, [2, 5, 4, 3]),
      z: exp(broadcastTo(x, [5, 7, 3])),
    })),
    wrt,
  },
  {
    name: 'concat',
    fn: fn('concat', { x: spec('fp32', [3, 5]), z: spec('fp32', [3, 2]) }, ({ x, z }) => ({
      y: concat([x, exp(z), x], { axis: 1 }),
      rows: concat([x, mul(x, 2)], { axis: 0 }),
    })),
    wrt: ['x', 'z'],
  },
  {
    name: 'concat of integers',
    fn: fn('concat_int', { x: spec('int32', [3, 5]) }, ({ x }) => ({ y: concat([x, iota(x.graph, [3, 4])], { axis: 1 }) })),
  },
  {
    name: 'movement of movement',
    fn: fn('movement', x357, ({ x }) => ({
      y: mul(
        reshape(permute(pad(slice(x, { axis: 2, start: 1, end: 5 }), { axis: 1, after: 1 }), [1, 2, 0]), [8, 9]),
        cast(iota(x.graph, [8, 9]), 'fp32'),
      ),
    })),
    wrt,
  },
  {
    name: 'axes of size 1',
    fn: fn('ones', { x: spec('fp32', [1, 5, 1]) }, ({ x }) => ({
      y: exp(permute(x, [2, 1, 0])),
      z: reshape(x, [5]),
      w: broadcastTo(x, [3, 5, 2]),
    })),
    wrt,
  },
  {
    name: 'a scalar',
    fn: fn('scalar', { x: spec('fp32', []) }, ({ x }) => ({ y: exp(x), z: broadcastTo(x, [3, 3]), w: reshape(x, [1, 1]) })),
    wrt,
  },
];
