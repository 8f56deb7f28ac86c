import { geluTanh } from '../../graph/activations.ts';
import { add, mul } from '../../graph/elementwise.ts';
import { fn, spec } from '../../graph/fn.ts';
import { broadcastTo, permute, reshape, slice, split } from '../../graph/movement.ts';
import { attention, embedding, layernorm, matmul, softmaxCrossEntropy } from '../../graph/routines.ts';
import { wholeNumbers, type Case } from '../case.ts';

const floats = (...shape: number[]) => spec('fp32', shape);
const flags = [false, true];

const matmulSizes = [
  [1, 1, 1],
  [3, 5, 2],
  [1, 7, 4],
  [6, 1, 5],
  [33, 65, 17],
  [70, 129, 67],
] as const;
const matmuls = matmulSizes.flatMap(([m, k, n]) =>
  flags.flatMap((transposeA) =>
    flags.map((transposeB): Case => ({
      name: `matmul ${m} x ${k} x ${n}${transposeA ? ', a transposed' : ''}${transposeB ? ', b transposed' : ''}`,
      fn: fn(
        'matmul',
        { a: transposeA ? floats(k, m) : floats(m, k), b: transposeB ? floats(n, k) : floats(k, n), bias: floats(n), into: floats(m, n) },
        ({ a, b, bias, into }) => ({
          y: matmul(a, b, { transposeA, transposeB }),
          z: matmul(a, b, { transposeA, transposeB, bias, into }),
        }),
      ),
      wrt: ['a', 'b', 'bias', 'into'],
    })),
  ),
);

const ofBatches: Case[] = flags.flatMap((transposeA) =>
  flags.map((transposeB): Case => ({
    name: `matmul in batches${transposeA ? ', a transposed' : ''}${transposeB ? ', b transposed' : ''}`,
    fn: fn(
      'batched',
      {
        a: transposeA ? floats(2, 3, 5, 4) : floats(2, 3, 4, 5),
        b: transposeB ? floats(2, 3, 3, 5) : floats(2, 3, 5, 3),
        shared: transposeB ? floats(3, 5) : floats(5, 3),
        bias: floats(3),
      },
      ({ a, b, shared, bias }) => ({
        y: matmul(a, b, { transposeA, transposeB, bias }),
        z: matmul(a, shared, { transposeA, transposeB, bias }),
      }),
    ),
    wrt: ['a', 'b', 'shared', 'bias'],
  })),
);

const ofViews: Case[] = [
  {
    name: 'matmul of columns',
    fn: fn('columns', { x: floats(6, 11), w: floats(9, 8) }, ({ x, w }) => ({
      y: matmul(slice(x, { axis: 1, start: 3, end: 8 }), slice(slice(w, { axis: 0, start: 2, end: 7 }), { axis: 1, start: 1, end: 8 })),
    })),
    wrt: ['x', 'w'],
  },
  {
    name: 'matmul of heads where they lie',
    fn: fn('heads', { x: floats(2, 5, 3, 4), w: floats(2, 3, 4, 6) }, ({ x, w }) => ({
      y: matmul(permute(x, [0, 2, 1, 3]), w),
      z: matmul(permute(x, [0, 2, 1, 3]), permute(x, [0, 2, 3, 1])),
    })),
    wrt: ['x', 'w'],
  },
  {
    name: 'matmul of what is repeated',
    fn: fn('repeated', { x: floats(4, 5), w: floats(3, 5, 2) }, ({ x, w }) => ({ y: matmul(broadcastTo(x, [3, 4, 5]), w) })),
    wrt: ['x', 'w'],
  },
  {
    name: 'matmul and what follows it',
    fn: fn('mlp', { x: floats(5, 6), w1: floats(6, 9), b1: floats(9), w2: floats(9, 6) }, ({ x, w1, b1, w2 }) => ({
      y: add(x, matmul(geluTanh(matmul(x, w1, { bias: b1 })), w2)),
    })),
    wrt: ['x', 'w1', 'b1', 'w2'],
  },
  {
    name: 'matmul added to a value that is needed again',
    fn: fn('kept', { x: floats(4, 4), w: floats(4, 4) }, ({ x, w }) => {
      const h = matmul(x, w);
      return {
        y: matmul(x, w, { into: h, transposeB: true }),
        z: mul(h, 2),
        w2: matmul(x, h, { into: slice(w, { axis: 0, start: 0, end: 4 }) }),
      };
    }),
    wrt: ['x', 'w'],
  },
];

const attentionSizes = [
  { B: 1, Tq: 1, Tk: 1, H: 1, Hkv: 1, D: 1 },
  { B: 2, Tq: 3, Tk: 3, H: 2, Hkv: 2, D: 5 },
  { B: 1, Tq: 4, Tk: 7, H: 6, Hkv: 2, D: 3 },
  { B: 2, Tq: 67, Tk: 67, H: 3, Hkv: 1, D: 17 },
  { B: 1, Tq: 70, Tk: 130, H: 2, Hkv: 2, D: 64 },
];
const attentions = attentionSizes.flatMap(({ B, Tq, Tk, H, Hkv, D }) =>
  flags.map((causal): Case => ({
    name: `${causal ? 'causal ' : ''}attention, ${B} x ${Tq} of ${Tk} x ${H} over ${Hkv} x ${D}`,
    fn: fn('attention', { q: floats(B, Tq, H, D), k: floats(B, Tk, Hkv, D), v: floats(B, Tk, Hkv, D) }, ({ q, k, v }) => ({
      y: attention(q, k, v, { causal }).out,
    })),
    wrt: ['q', 'k', 'v'],
  })),
);

export const routineCases: readonly Case[] = [
  ...matmuls,
  ...ofBatches,
  ...ofViews,
  ...attentions,
  {
    name: 'attention over parts of one projection',
    fn: fn('qkv', { x: floats(2, 5, 18) }, ({ x }) => {
      const [q, k, v] = split(x, { axis: 2, parts: 3 }).map((part) => reshape(part, [2, 5, 2, 3]));
      return { y: reshape(attention(q!, k!, v!, { causal: true, scale: 0.7 }).out, [2, 5, 6]) };
    }),
    wrt: ['x'],
  },
  ...[
    [1, 3],
    [5, 7],
    [3, 64],
    [40, 129],
  ].map(([rows, size]): Case => ({
    name: `layernorm of ${rows} x ${size}`,
    fn: fn('layernorm', { x: floats(rows!, size!), gamma: floats(size!), beta: floats(size!) }, ({ x, gamma, beta }) => ({
      y: layernorm(x, gamma, beta, { eps: 1e-3 }).y,
    })),
    wrt: ['x', 'gamma', 'beta'],
  })),
  {
    name: 'layernorm, its mean and its deviation',
    fn: fn('moments', { x: floats(2, 3, 9), gamma: floats(9), beta: floats(9) }, ({ x, gamma, beta }) =>
      layernorm(permute(x, [1, 0, 2]), gamma, beta, { eps: 1e-5 }),
    ),
  },
  ...[
    [1, 2],
    [7, 5],
    [3, 1031],
  ].map(([rows, V]): Case => ({
    name: `cross-entropy of ${rows} x ${V}, one row masked`,
    fn: fn('cross_entropy', { logits: floats(rows!, V!), targets: spec('int32', [rows!]) }, ({ logits, targets }) =>
      softmaxCrossEntropy(mul(logits, 4), targets),
    ),
    inputs: { targets: wholeNumbers(rows!, V!, 9).map((target, row) => (row === 1 ? -1 : target)) },
    wrt: ['logits'],
  })),
  {
    name: 'embedding of repeated ids',
    fn: fn('embedding', { table: floats(9, 7), ids: spec('int32', [3, 5]) }, ({ table, ids }) => ({ y: mul(embedding(table, ids), 2) })),
    inputs: { ids: wholeNumbers(15, 9, 2) },
    wrt: ['table'],
  },
  {
    name: 'a table that embeds and projects',
    fn: fn('tied', { table: floats(9, 7), ids: spec('int32', [5]) }, ({ table, ids }) => ({
      y: matmul(embedding(table, ids), table, { transposeB: true }),
    })),
    inputs: { ids: wholeNumbers(5, 9, 2) },
    wrt: ['table'],
  },
];
