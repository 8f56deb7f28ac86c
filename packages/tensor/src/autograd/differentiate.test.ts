import { describe, expect, it } from 'vitest';
import { geluTanh } from '../graph/activations.ts';
import * as e from '../graph/elementwise.ts';
import { apply } from '../graph/elementwise.ts';
import { elementCount, isFloat } from '../graph/dtype.ts';
import { call, fn, spec, type Fn } from '../graph/fn.ts';
import { concat, pad, permute, reshape, slice, split } from '../graph/movement.ts';
import { isOp, topological, type Node } from '../graph/node.ts';
import { max, mean, sum } from '../graph/reduce.ts';
import { attention, embedding, layernorm, matmul, softmaxCrossEntropy } from '../graph/routines.ts';
import { differentiate } from './differentiate.ts';
import { centralDifferences, evaluateGradients } from '../conformance/gradients.ts';
import { pseudoRandom } from '../conformance/random.ts';

type Values = Record<string, ArrayLike<number>>;
const x23 = spec('fp32', [2, 3]);

/** Random inputs (positive where a logarithm needs it) and seeds; gradients by autograd against central differences. */
function check(f: Fn, given: { wrt?: string[]; inputs?: Values; accumulate?: boolean } = {}): void {
  const inputs: Values = { ...given.inputs };
  for (const [i, { name, node }] of f.inputs.entries())
    inputs[name] ??= pseudoRandom(elementCount(node.shape), i + 1).map((x) =>
      node.dtype === 'fp32' ? x + (x > 0 ? 0.3 : -0.3) : x > 0 ? 1 : 0,
    );
  const wrt = given.wrt ?? f.inputs.flatMap(({ name, node }) => (isFloat(node.dtype) ? [name] : []));
  const seeds: Values = {};
  for (const [i, { name, node }] of f.outputs.entries())
    if (isFloat(node.dtype)) seeds[`d:${name}`] = pseudoRandom(elementCount(node.shape), 100 + i);
  const before: Values = {};
  if (given.accumulate) for (const name of wrt) before[`acc:${name}`] = pseudoRandom(inputs[name]!.length, 7);
  const actual = evaluateGradients(f, inputs, { wrt, seeds: { ...seeds, ...before }, accumulate: given.accumulate });
  const expected = centralDifferences(f, inputs, { wrt, seeds });
  for (const name of wrt) {
    const total = expected[`d:${name}`]!.map((x, i) => x + (before[`acc:${name}`]?.[i] ?? 0));
    const difference = Math.max(...actual[`d:${name}`]!.map((x, i) => Math.abs(x - total[i]!)));
    expect(difference, `gradient of ${name}`).toBeLessThan(1e-6 * Math.max(1, ...total.map(Math.abs)));
  }
}

const saved = (f: Fn) => f.outputs.filter(({ name }) => name.startsWith('saved:'));
const opsOf = (f: Fn) => topological(f.outputs.map(({ node }) => node));

describe('gradients equal central differences', () => {
  const two = { a: x23, b: x23 };
  it.each<[string, Fn]>([
    ...(['neg', 'abs', 'exp', 'reciprocal', 'tanh', 'erf', 'sin', 'cos'] as const).map((op): [string, Fn] => [
      op,
      fn(op, { a: x23 }, ({ a }) => ({ y: apply(op, [a]) })),
    ]),
    ...(['log', 'sqrt', 'rsqrt'] as const).map((op): [string, Fn] => [
      op,
      fn(op, { a: x23 }, ({ a }) => ({ y: apply(op, [e.add(e.abs(a), 0.2)]) })),
    ]),
    ...(['add', 'sub', 'mul', 'div', 'maximum', 'minimum'] as const).map((op): [string, Fn] => [
      op,
      fn(op, two, ({ a, b }) => ({ y: apply(op, [a, b]) })),
    ]),
    ['an operand used twice', fn('f', { a: x23 }, ({ a }) => ({ y: e.mul(a, a) }))],
    ['where', fn('f', two, ({ a, b }) => ({ y: e.where(e.less(a, 0.1), e.mul(a, 3), e.mul(b, a)) }))],
    ['broadcasting', fn('f', { a: x23, b: spec('fp32', [3]) }, ({ a, b }) => ({ y: e.mul(a, b) }))],
    [
      'movement',
      fn('f', { a: spec('fp32', [2, 3, 4]) }, ({ a }) => ({ y: e.mul(reshape(permute(a, [2, 0, 1]), [8, 3]), reshape(a, [8, 3])) })),
    ],
    [
      'slices that overlap',
      fn('f', { a: x23 }, ({ a }) => ({ y: e.mul(slice(a, { axis: 1, start: 0, end: 2 }), slice(a, { axis: 1, start: 1, end: 3 })) })),
    ],
    [
      'slices of two axes',
      fn('f', { a: x23 }, ({ a }) => ({ y: e.mul(slice(a, { axis: 1, start: 0, end: 1 }), sum(slice(a, { axis: 0, start: 1, end: 2 }))) })),
    ],
    [
      'pad',
      fn('f', { a: x23 }, ({ a }) => ({ y: e.mul(pad(a, { axis: 1, before: 1, after: 2 }), pad(a, { axis: 1, before: 2, after: 1 })) })),
    ],
    ['concat', fn('f', two, ({ a, b }) => ({ y: e.exp(concat([a, b, a], { axis: 0 })) }))],
    ['sum', fn('f', { a: x23 }, ({ a }) => ({ y: e.exp(sum(a, { axes: [1] })), z: sum(e.exp(a)) }))],
    ['mean', fn('f', { a: x23 }, ({ a }) => ({ y: e.mul(mean(a, { axes: [0], keepDims: true }), a) }))],
    ['max', fn('f', { a: x23 }, ({ a }) => ({ y: e.mul(max(a, { axes: [1], keepDims: true }), a) }))],
    ['two outputs of the same value', fn('f', { a: x23 }, ({ a }) => ({ y: e.exp(a), z: e.exp(a) }))],
    ['an output that is an input', fn('f', { a: x23 }, ({ a }) => ({ y: a, z: e.exp(a) }))],
    ...[false, true].flatMap((transposeA) =>
      [false, true].map((transposeB): [string, Fn] => {
        const [m, k, n] = [3, 4, 2];
        return [
          `matmul ${transposeA ? 'a transposed' : ''} ${transposeB ? 'b transposed' : ''}`,
          fn(
            'f',
            {
              a: spec('fp32', transposeA ? [2, k, m] : [2, m, k]),
              b: spec('fp32', transposeB ? [n, k] : [k, n]),
              batch: spec('fp32', transposeB ? [2, n, k] : [2, k, n]),
              bias: spec('fp32', [n]),
              into: spec('fp32', [2, m, n]),
            },
            ({ a, b, batch, bias, into }) => ({
              y: matmul(a, b, { transposeA, transposeB, bias, into }),
              z: matmul(a, batch, { transposeA, transposeB, bias }),
            }),
          ),
        ];
      }),
    ),
    [
      'attention',
      fn('f', { q: spec('fp32', [2, 3, 4, 2]), k: spec('fp32', [2, 5, 2, 2]), v: spec('fp32', [2, 5, 2, 2]) }, ({ q, k, v }) => ({
        y: attention(q, k, v, { causal: true }).out,
      })),
    ],
    [
      'layernorm',
      fn('f', { x: spec('fp32', [2, 2, 5]), gamma: spec('fp32', [5]), beta: spec('fp32', [5]) }, ({ x, gamma, beta }) => ({
        y: layernorm(x, gamma, beta, { eps: 1e-5 }).y,
      })),
    ],
    [
      'cross-entropy, loss and lse',
      fn('f', { x: spec('fp32', [4, 5]), t: spec('int32', [4]) }, ({ x, t }) => {
        const { loss, lse } = softmaxCrossEntropy(x, t);
        return { loss, lse };
      }),
    ],
    [
      'embedding',
      fn('f', { table: spec('fp32', [5, 3]), ids: spec('int32', [2, 3]) }, ({ table, ids }) => ({ y: e.exp(embedding(table, ids)) })),
    ],
  ])('%s', (_, f) => {
    check(f);
    check(f, { accumulate: true });
  });
});

const T = 3;
const C = 4;
const layer = fn(
  'layer',
  {
    x: spec('fp32', [2, T, C]),
    gamma: spec('fp32', [C]),
    beta: spec('fp32', [C]),
    wqkv: spec('fp32', [C, 3 * C]),
    w1: spec('fp32', [C, 2 * C]),
    b1: spec('fp32', [2 * C]),
    w2: spec('fp32', [2 * C, C]),
  },
  ({ x, gamma, beta, wqkv, w1, b1, w2 }) => {
    const { y } = layernorm(x, gamma, beta, { eps: 1e-5 });
    const [q, k, v] = split(matmul(y, wqkv), { axis: 2, parts: 3 }).map((part) => reshape(part, [2, T, 2, C / 2]));
    const h = e.add(x, reshape(attention(q!, k!, v!, { causal: true }).out, [2, T, C]));
    return { out: e.add(h, matmul(geluTanh(matmul(h, w1, { bias: b1 })), w2)) };
  },
);
type Ports<F> = F extends Fn<infer I> ? { [K in keyof I]: Node<I[K]> } : never;
const vocabulary = 5;
const model = fn(
  'model',
  {
    tokens: spec('int32', [2, T]),
    targets: spec('int32', [2, T]),
    wte: spec('fp32', [vocabulary, C]),
    ...Object.fromEntries(layer.inputs.slice(1).map(({ name, node }) => [name, spec('fp32', node.shape)])),
  },
  ({ tokens, targets, wte, ...weights }) => {
    let x = embedding(wte, tokens);
    for (let i = 0; i < 3; i++) x = call(layer, { x, ...(weights as Omit<Ports<typeof layer>, 'x'>) }).out;
    return { loss: mean(softmaxCrossEntropy(matmul(x, wte, { transposeB: true }), targets).loss) };
  },
);
const tokens = [0, 1, 2, 3, 3, 1];
const targets = [1, 2, 3, -1, 0, 4];

describe('a model of repeated layers and a tied embedding', () => {
  const wrt = model.inputs.slice(2).map(({ name }) => name);
  it('has the gradients of central differences, alone and accumulated', () => {
    check(model, { wrt, inputs: { tokens, targets } });
    check(model, { wrt, inputs: { tokens, targets }, accumulate: true });
  });

  it('calls the layer forwards and backwards, differentiated once', () => {
    const { forward, backward } = differentiate(model, { wrt });
    const callees = (f: Fn) => opsOf(f).flatMap((node) => (isOp(node, 'call') ? [node.arg.fn] : []));
    expect(new Set(callees(forward)).size).toBe(1);
    expect(callees(backward)).toHaveLength(3);
    // The first call starts the sums of the shared weights, the others add to them.
    expect(new Set(callees(backward)).size).toBe(2);
    expect(differentiate(model, { wrt })).toBe(differentiate(model, { wrt: wrt.toReversed() }));
  });

  it('adds to shared weights in place', () => {
    const { backward } = differentiate(model, { wrt: ['wte'] });
    const grads = opsOf(backward).flatMap((node) => (isOp(node, 'routine') && node.arg.routine === 'embedding_grad' ? [node] : []));
    expect(grads.map(({ arg }) => arg.attributes)).toEqual([{ vocabulary, accumulate: true }]);
  });
});

describe('what is saved', () => {
  it('is what routines left, not what element-wise ops made of it', () => {
    const { forward, backward } = differentiate(layer, { wrt: layer.inputs.map(({ name }) => name) });
    const shapes = saved(forward).map(({ node }) => node.shape.join());
    // lse, mean, rstd, qkv, attention's out, y, the input of gelu. h is the sum of x and out again, what gelu leaves comes from its input.
    expect(shapes.sort()).toEqual(['2,2,3', '2,3', '2,3', '2,3,12', '2,3,2,2', '2,3,4', '2,3,8']);
    expect(backward.inputs.map(({ name }) => name)).toEqual(expect.arrayContaining(['x', 'gamma', 'w1', 'w2', 'd:out']));
    expect(backward.inputs.map(({ name }) => name)).not.toContain('beta');
  });

  it('is the one value that several need', () => {
    const f = fn('f', { a: x23, w: spec('fp32', [3, 3]) }, ({ a, w }) => {
      const h = matmul(a, w);
      return { y: e.mul(e.mul(h, 0.5), e.add(e.erf(e.mul(h, 0.7)), 1)) };
    });
    expect(saved(differentiate(f, { wrt: ['w'] }).forward)).toHaveLength(1);
  });

  it('is the sum rather than what was added', () => {
    const f = fn('f', { a: x23, w: spec('fp32', [3, 3]) }, ({ a, w }) => ({ y: e.exp(e.add(matmul(a, w), a)) }));
    const { forward } = differentiate(f, { wrt: ['w'] });
    // y itself: exp's gradient is its result.
    expect(saved(forward)).toEqual([]);
    expect(differentiate(f, { wrt: ['w'] }).backward.inputs.map(({ name }) => name)).toEqual(['a', 'y', 'd:y']);
  });

  it('contains inputs that the Fn overwrites', () => {
    const f = fn('f', { a: x23 }, ({ a }) => ({ y: e.mul(a, a) }), { donates: { y: 'a' } });
    const { forward, backward } = differentiate(f, { wrt: ['a'] });
    expect(saved(forward)).toHaveLength(1);
    expect(backward.inputs.map(({ name }) => name)).toEqual(['saved:0', 'd:y']);
  });
});

describe('differentiate', () => {
  it('gives zeros where nothing depends on the input', () => {
    const f = fn('f', { a: x23, b: x23 }, ({ a, b }) => ({ y: e.exp(a), n: e.less(a, b) }));
    const gradients = evaluateGradients(
      f,
      { a: pseudoRandom(6, 1), b: pseudoRandom(6, 2) },
      { wrt: ['a', 'b'], seeds: { 'd:y': [1, 1, 1, 1, 1, 1] } },
    );
    expect([...gradients['d:b']!]).toEqual([0, 0, 0, 0, 0, 0]);
  });

  it('takes gradients of the outputs in `of` only', () => {
    const f = fn('f', { a: x23 }, ({ a }) => ({ y: e.exp(a), z: e.sin(a) }));
    expect(differentiate(f, { wrt: ['a'], of: ['z'] }).backward.inputs.map(({ name }) => name)).toEqual(['a', 'd:z']);
  });

  it('puts the gradients of the parts of a split together in one pass', () => {
    const f = fn('f', { a: spec('fp32', [2, 6]) }, ({ a }) => {
      const [p, q, r] = split(a, { axis: 1, parts: 3 });
      return { y: e.mul(e.mul(p!, q!), r!) };
    });
    check(f);
    const ops = opsOf(differentiate(f, { wrt: ['a'] }).backward).map(({ op }) => op);
    expect(ops).toContain('concat');
    expect(ops).not.toContain('pad');
  });

  it('uses one forward Fn whether or not gradients are accumulated', () => {
    const wrt = ['x', 'w1'];
    expect(differentiate(layer, { wrt }).forward).toBe(differentiate(layer, { wrt, accumulate: true }).forward);
    expect(differentiate(layer, { wrt, accumulate: ['w1'] }).backward.outputs.map(({ donates }) => donates)).toEqual([undefined, 'acc:w1']);
  });

  it('refuses what has no gradient', () => {
    const f = fn('f', { a: x23, n: spec('int32', [2]) }, ({ a, n }) => ({ y: e.add(a, e.cast(reshape(n, [2, 1]), 'fp32')) }));
    expect(() => differentiate(f, { wrt: ['n'] })).toThrow('input "n" is int32');
    expect(() => differentiate(f, { wrt: ['c'] })).toThrow('there is no input "c"');
    expect(() => differentiate(f, { wrt: ['a'], of: ['b'] })).toThrow('there is no output "b"');
    expect(() => differentiate(f, { wrt: [], accumulate: ['a'] })).toThrow('only gradients in wrt');
    const { backward } = differentiate(layer, { wrt: ['gamma'] });
    expect(() => differentiate(backward, { wrt: ['d:out'] })).toThrow('has no gradient');
  });
});
