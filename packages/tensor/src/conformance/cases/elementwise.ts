import { dropout, gelu, geluTanh, relu, sigmoid, silu } from '../../graph/activations.ts';
import { add, apply, cast, constant, equal, iota, less, mul, randomUniform, sub, where } from '../../graph/elementwise.ts';
import { elementwiseTable, type ElementwiseOp } from '../../graph/elementwise-table.ts';
import { fn, spec } from '../../graph/fn.ts';
import { sum, max } from '../../graph/reduce.ts';
import { pseudoRandom } from '../random.ts';
import { wholeNumbers, type Case } from '../case.ts';

const floats = spec('fp32', [7, 11]);
const integers = spec('int32', [7, 11]);

/** Where each op is smooth and its result of moderate size. */
const positive = pseudoRandom(77, 3).map((x) => Math.fround(1.05 + x));
const away = pseudoRandom(77, 4).map((x) => Math.fround(x < 0 ? x - 0.1 : x + 0.1));
const domains: Partial<Record<ElementwiseOp, Float64Array>> = {
  log: positive,
  sqrt: positive,
  rsqrt: positive,
  reciprocal: away,
  abs: away,
};

const specials = [NaN, Infinity, -Infinity, 0, -0, 1, -1, 1e-30, -1e-6, 0.5, -2.5, 6, -9, 20, -40, 88, -88, 1e4, -3e8, 3e38, 1e-38].map(
  Math.fround,
);
const pairs = specials.flatMap((a) => specials.map((b) => [a, b] as const));
/** Beyond a few thousand, sines in fp32 are nobody's business; halves of an integer round differently. */
const sane = (op: ElementwiseOp) =>
  op === 'sin' || op === 'cos' ? specials.filter((x) => !(Math.abs(x) > 1e4) || !Number.isFinite(x)) : specials;

const ops = Object.keys(elementwiseTable) as ElementwiseOp[];
const special = (op: ElementwiseOp) => !['cast', 'random', 'where'].includes(op);

const ofEveryOp = ops.filter(special).flatMap((op): Case[] => {
  const { arity, rule } = elementwiseTable[op];
  const values = sane(op);
  const wrt = rule === 'compare' ? [] : arity === 1 ? ['a'] : ['a', 'b'];
  const b = op === 'div' ? { b: away } : {};
  return arity === 1
    ? [
        { name: op, fn: fn(op, { a: floats }, ({ a }) => ({ y: apply(op, [a]) })), inputs: domains[op] ? { a: domains[op] } : {}, wrt },
        {
          name: `${op} of special values`,
          fn: fn(`${op}_special`, { a: spec('fp32', [values.length]) }, ({ a }) => ({ y: apply(op, [a]) })),
          inputs: { a: values },
          elementwise: true,
          factor: 10,
        },
      ]
    : [
        {
          name: op,
          fn: fn(op, { a: floats, b: spec('fp32', [7, 1]) }, ({ a, b: column }) => ({ y: apply(op, [a, column]) })),
          inputs: b.b ? { b: b.b.slice(0, 7) } : {},
          wrt,
        },
        {
          name: `${op} of special values`,
          fn: fn(`${op}_special`, { a: spec('fp32', [pairs.length]), b: spec('fp32', [pairs.length]) }, ({ a, b: other }) => ({
            y: apply(op, [a, other]),
          })),
          inputs: { a: pairs.map(([a]) => a), b: pairs.map(([, second]) => second) },
          elementwise: true,
        },
      ];
});

const signed = wholeNumbers(77, 200, 5).map((x) => x - 100);
const ofIntegers = (['neg', 'abs', 'add', 'sub', 'mul', 'maximum', 'minimum', 'less', 'equal'] as const).map((op): Case => ({
  name: `${op} of int32`,
  fn:
    elementwiseTable[op].arity === 1
      ? fn(`${op}_int`, { a: integers }, ({ a }) => ({ y: apply(op, [a]) }))
      : fn(`${op}_int`, { a: integers, b: integers }, ({ a, b }) => ({ y: apply(op, [a, b]) })),
  inputs: { a: signed, b: wholeNumbers(77, 7, 6).map((x) => x - 3) },
  elementwise: true,
}));

const others: Case[] = [
  {
    name: 'where',
    fn: fn('where', { c: spec('bool', [7, 11]), a: floats, b: spec('fp32', [11]) }, ({ c, a, b }) => ({ y: where(c, a, b) })),
    wrt: ['a', 'b'],
  },
  {
    name: 'where of int32',
    fn: fn('where_int', { c: spec('bool', [7, 11]), a: integers, b: integers }, ({ c, a, b }) => ({ y: where(c, a, mul(b, -3)) })),
  },
  {
    name: 'cast of floats',
    fn: fn('cast', { a: floats }, ({ a }) => ({
      whole: cast(mul(a, 1000), 'int32'),
      truth: cast(where(less(a, 0.2), 0, a), 'bool'),
      back: cast(cast(mul(a, 9), 'int32'), 'fp32'),
      one: cast(less(a, 0), 'fp32'),
    })),
    elementwise: true,
  },
  {
    name: 'cast of int32 and bool',
    fn: fn('cast_int', { a: integers, c: spec('bool', [7, 11]) }, ({ a, c }) => ({
      float: cast(a, 'fp32'),
      truth: cast(a, 'bool'),
      one: cast(c, 'int32'),
      both: equal(c, cast(a, 'bool')),
    })),
    inputs: { a: signed },
    elementwise: true,
  },
  {
    name: 'random numbers, whole and in shards',
    fn: fn('random', { key: spec('int32', [2]), offset: spec('int32', []) }, ({ key, offset }) => ({
      whole: randomUniform(key, [13, 5]),
      shard: randomUniform(key, [4, 5], { offset }),
    })),
    inputs: { key: [123456789, -987654321], offset: [15] },
    elementwise: true,
  },
  {
    name: 'constants and indices',
    fn: fn('constants', { a: floats }, ({ a }) => ({
      half: constant(a.graph, 0.5, { shape: [3, 5] }),
      scalar: constant(a.graph, -0),
      infinite: constant(a.graph, -Infinity, { shape: [2] }),
      indices: iota(a.graph, [4, 5]),
      mixed: add(a, cast(iota(a.graph, [7, 11]), 'fp32')),
    })),
    elementwise: true,
  },
  ...(
    [
      ['gelu', gelu],
      ['gelu, with tanh', geluTanh],
      ['sigmoid', sigmoid],
      ['silu', silu],
      ['relu', relu],
    ] as const
  ).map(([name, activation]): Case => ({
    name,
    fn: fn('activation', { a: floats }, ({ a }) => ({ y: activation(mul(a, 3)) })),
    inputs: { a: away },
    wrt: ['a'],
  })),
  {
    name: 'dropout',
    fn: fn('dropout', { a: floats, key: spec('int32', [2]) }, ({ a, key }) => ({ y: dropout(mul(a, a), { probability: 0.3, key }) })),
    wrt: ['a'],
  },
  {
    name: 'a long chain that several outputs share',
    fn: fn('shared', { a: floats, b: spec('fp32', [11]) }, ({ a, b }) => {
      const shared = mul(add(a, b), sub(a, 0.25));
      return { y: geluTanh(shared), z: mul(shared, shared), w: sum(shared, { axes: [1] }), m: max(shared) };
    }),
    wrt: ['a', 'b'],
  },
];

export const elementwiseCases: readonly Case[] = [...ofEveryOp, ...ofIntegers, ...others];
