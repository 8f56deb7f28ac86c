import { add, div, exp, log, mul, rsqrt, sub } from '../../graph/elementwise.ts';
import { fn, spec } from '../../graph/fn.ts';
import { broadcastTo, permute, reshape } from '../../graph/movement.ts';
import { max, mean, sum } from '../../graph/reduce.ts';
import { pseudoRandom } from '../random.ts';
import { wholeNumbers, type Case } from '../case.ts';

const subsets = [[0], [1], [2], [0, 1], [1, 2], [0, 2], [0, 1, 2]];
const floats = (...shape: number[]) => spec('fp32', shape);

const ofAxes = subsets.flatMap((axes): Case[] => [
  {
    name: `sum over ${axes.join(' and ')}`,
    fn: fn('sum', { x: floats(3, 4, 5) }, ({ x }) => ({ y: sum(mul(x, x), { axes }), z: sum(x, { axes, keepDims: true }) })),
    wrt: ['x'],
  },
  {
    name: `max over ${axes.join(' and ')}`,
    fn: fn('max', { x: floats(3, 4, 5) }, ({ x }) => ({ y: max(x, { axes }), z: max(mul(x, -1), { axes }) })),
    wrt: ['x'],
  },
]);

/** Long enough for two passes, in shapes with every order of large and small axes. */
const long = [[70_001], [3, 20_000], [20_000, 3], [2, 10_007, 3], [2_001, 33], [1, 65_536], [257, 300]].flatMap((shape): Case[] =>
  [shape.map((_, axis) => axis), ...shape.map((_, axis) => [axis])].map((axes) => ({
    name: `sum and max of ${shape.join(' x ')} over ${axes.join(', ')}`,
    fn: fn('long', { x: spec('fp32', shape) }, ({ x }) => ({
      y: mean(mul(x, x), { axes }),
      m: max(x, { axes }),
      z: mul(mean(x, { axes }), 0.5),
    })),
  })),
);

export const reductionCases: readonly Case[] = [
  ...ofAxes,
  ...long,
  {
    name: 'sum and max of int32',
    fn: fn('sum_int', { x: spec('int32', [7, 9]) }, ({ x }) => ({ y: sum(x, { axes: [0] }), z: max(x), all: sum(x) })),
    inputs: { x: wholeNumbers(63, 100).map((x) => x - 50) },
    elementwise: true,
  },
  {
    name: 'NaN and infinities',
    fn: fn('nan', { x: floats(4, 5) }, ({ x }) => ({ y: max(x, { axes: [1] }), z: sum(x, { axes: [1] }) })),
    inputs: { x: [...pseudoRandom(10, 1), 1, NaN, 2, 3, 4, -Infinity, -Infinity, -Infinity, -Infinity, -Infinity] },
  },
  {
    name: 'softmax',
    fn: fn('softmax', { x: floats(5, 33) }, ({ x }) => {
      const e = exp(sub(x, max(x, { axes: [1], keepDims: true })));
      return { y: div(e, sum(e, { axes: [1], keepDims: true })) };
    }),
    wrt: ['x'],
  },
  { name: 'log-sum-exp of columns', fn: fn('lse', { x: floats(17, 6) }, ({ x }) => ({ y: log(sum(exp(x), { axes: [0] })) })), wrt: ['x'] },
  {
    name: 'a norm by hand',
    fn: fn('norm', { x: floats(6, 13) }, ({ x }) => {
      const centred = sub(x, mean(x, { axes: [1], keepDims: true }));
      return { y: mul(centred, rsqrt(add(mean(mul(centred, centred), { axes: [1], keepDims: true }), 1e-3))) };
    }),
    wrt: ['x'],
  },
  {
    name: 'sums of what is broadcast',
    fn: fn('outer', { x: floats(7), z: floats(5) }, ({ x, z }) => ({ y: sum(exp(mul(reshape(x, [7, 1]), z)), { axes: [0] }) })),
    wrt: ['x', 'z'],
  },
  {
    name: 'sums of what is turned',
    fn: fn('turned', { x: floats(4, 5, 6) }, ({ x }) => ({
      y: sum(permute(x, [2, 0, 1]), { axes: [1] }),
      z: sum(reshape(x, [20, 6]), { axes: [0] }),
    })),
    wrt: ['x'],
  },
  {
    name: 'a sum of sums',
    fn: fn('sums', { x: floats(6, 7) }, ({ x }) => ({ y: sum(exp(sum(x, { axes: [1] }))), z: mul(broadcastTo(sum(x), [6, 7]), x) })),
    wrt: ['x'],
  },
  {
    name: 'the norm of many parameters',
    fn: fn('global_norm', { a: floats(50_000), b: floats(301), c: floats(7, 13) }, ({ a, b, c }) => ({
      y: add(add(sum(mul(a, a)), sum(mul(b, b))), sum(mul(c, c))),
    })),
  },
];
