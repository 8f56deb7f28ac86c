import { describe, expect, it } from 'vitest';
import { TensorError } from '../errors.ts';
import { gelu } from './activations.ts';
import { add, constant, equal, less, mul, where } from './elementwise.ts';
import { elementwiseTable, threefry } from './elementwise-table.ts';
import { call, fn, inputNode, spec } from './fn.ts';
import { broadcastTo, concat, pad, permute, reshape, slice } from './movement.ts';
import { Graph } from './node.ts';
import { max, mean, sum } from './reduce.ts';
import { attention, embedding, layernorm, matmul, softmaxCrossEntropy } from './routines.ts';

const x23 = { x: spec('fp32', [2, 3]) };

describe('nodes', () => {
  it('are the same object when they are equal', () => {
    fn('f', x23, ({ x }) => {
      expect(add(x, 1)).toBe(add(x, 1));
      expect(add(x, 1)).not.toBe(add(x, 2));
      expect(mul(x, Infinity)).not.toBe(mul(x, -Infinity));
      expect(mul(x, 0)).not.toBe(mul(x, -0));
      return { y: x };
    });
  });

  it('do not mix between Fns', () => {
    const other = fn('f', x23, ({ x }) => ({ y: add(x, 1) })).inputs[0]!.node;
    expect(() => fn('g', x23, ({ x }) => ({ y: add(x, other as typeof x) }))).toThrow('different Fns');
  });

  it('drop what changes nothing', () => {
    fn('f', x23, ({ x }) => {
      expect(add(x, 0)).toBe(x);
      expect(mul(1, x)).toBe(x);
      expect(reshape(reshape(x, [6]), [2, 3])).toBe(x);
      expect(permute(permute(x, [1, 0]), [1, 0])).toBe(x);
      expect(slice(x, { axis: 1, start: 0, end: 3 })).toBe(x);
      expect(add(x, constant(x.graph, 0, { shape: [4, 2, 3] })).shape).toEqual([4, 2, 3]);
      return { y: x };
    });
  });
});

describe('shapes', () => {
  it.each<
    [string, (ops: { x: ReturnType<typeof nodes>['x']; ids: ReturnType<typeof nodes>['ids'] }) => { shape: readonly number[] }, number[]]
  >([
    ['broadcasting', ({ x }) => add(x, reshape(slice(x, { axis: 0, start: 0, end: 1 }), [3])), [2, 3]],
    ['broadcasting both ways', ({ x }) => mul(reshape(x, [2, 3, 1]), reshape(x, [1, 1, 6])), [2, 3, 6]],
    ['reshape with a free size', ({ x }) => reshape(x, [3, -1]), [3, 2]],
    ['permute', ({ x }) => permute(x, [1, 0]), [3, 2]],
    ['pad', ({ x }) => pad(x, { axis: -1, before: 1, after: 2 }), [2, 6]],
    ['concat', ({ x }) => concat([x, x], { axis: 1 }), [2, 6]],
    ['sum of all', ({ x }) => sum(x), []],
    ['mean of rows', ({ x }) => mean(x, { axes: [-1], keepDims: true }), [2, 1]],
    ['max of columns', ({ x }) => max(x, { axes: [0] }), [3]],
    ['matmul', ({ x }) => matmul(x, x, { transposeB: true }), [2, 2]],
    ['batched matmul with one right side', ({ x }) => matmul(reshape(x, [1, 2, 3]), permute(x, [1, 0])), [1, 2, 2]],
    ['embedding', ({ x, ids }) => embedding(x, ids), [2, 1, 3]],
    [
      'attention',
      ({ x }) => attention(reshape(x, [1, 2, 1, 3]), reshape(x, [1, 2, 1, 3]), reshape(x, [1, 2, 1, 3]), { causal: true }).lse,
      [1, 1, 2],
    ],
    ['cross entropy', ({ x, ids }) => softmaxCrossEntropy(x, reshape(ids, [2])).loss, [2]],
    ['layernorm', ({ x }) => layernorm(x, sum(x, { axes: [0] }), sum(x, { axes: [0] }), { eps: 1 }).rstd, [2]],
  ])('%s', (_, build, expected) => {
    expect(build(nodes()).shape).toEqual(expected);
  });

  it('that do not fit are refused with the op and the shapes', () => {
    const { x, ids } = nodes();
    expect(() => add(x, reshape(x, [3, 2]))).toThrow('add: shapes do not broadcast ([2,3] and [3,2])');
    expect(() => matmul(x, x)).toThrow('matmul: inner sizes 3 and 2 differ ([2,3] and [2,3])');
    expect(() => reshape(x, [4])).toThrow('reshape: the number of elements differs ([2,3] and [4])');
    expect(() => broadcastTo(x, [2, 4])).toThrow(TensorError);
    expect(() => slice(x, { axis: 0, start: 1, end: 3 })).toThrow('slice: [1, 3) is no part of axis 0');
    expect(() => embedding(ids as never, x as never)).toThrow(TensorError);
    expect(() => fn('f', { x: spec('fp32', [0, 3]) }, ({ x: empty }) => ({ y: empty }))).toThrow('sizes must be positive integers');
  });

  it('of dtypes that do not fit are refused', () => {
    const { x, ids } = nodes();
    expect(() => add(x, ids as never)).toThrow('add: operands of one number type are needed, not fp32 and int32');
    expect(() => gelu(ids as never)).toThrow(TensorError);
    expect(where(less(x, 0), x, 0).dtype).toBe('fp32');
    expect(equal(ids, 3).dtype).toBe('bool');
  });

  function nodes() {
    const graph = new Graph();
    return { x: inputNode(graph, 'x', spec('fp32', [2, 3])), ids: inputNode(graph, 'ids', spec('int32', [2, 1])) };
  }
});

describe('Fns', () => {
  const scale = fn('scale', { x: spec('fp32', [2, 3]), by: spec('fp32', []) }, ({ x, by }) => ({ y: mul(x, by), twice: mul(x, 2) }));

  it('are called by the names of their ports', () => {
    const f = fn('f', { a: spec('fp32', [2, 3]), b: spec('fp32', []) }, ({ a, b }) => ({
      c: call(scale, { x: call(scale, { x: a, by: b }).twice, by: b }).y,
    }));
    expect(f.outputs[0]!.node).toMatchObject({ op: 'output', shape: [2, 3], arg: { index: 0 } });
  });

  it('refuse arguments that do not fit', () => {
    const build = (args: object) => () => fn('f', { a: spec('fp32', [2, 3]) }, ({ a }) => call(scale, { x: a, ...args } as never));
    expect(build({})).toThrow('call scale: input "by" is missing');
    expect(build({ by: 1, more: 2 })).toThrow('there is no input "more"');
    expect(() => fn('f', { a: spec('fp32', [3, 2]), b: spec('fp32', []) }, ({ a, b }) => call(scale, { x: a, by: b }))).toThrow(
      'call scale: "x" is fp32[3,2], not fp32[2,3]',
    );
  });

  it('donate an input of the same type, once', () => {
    const inputs = { x: spec('fp32', [2]), s: spec('fp32', []) };
    expect(() => fn('f', inputs, ({ x }) => ({ y: add(x, 1) }), { donates: { y: 's' } })).toThrow('does not fit into');
    expect(() => fn('f', inputs, ({ x }) => ({ y: add(x, 1), z: add(x, 2) }), { donates: { y: 'x', z: 'x' } })).toThrow('donated twice');
  });
});

describe('element-wise values in f64', () => {
  it.each([
    ['erf', [0.5], 0.5204998778130465],
    ['erf', [-2.4], -0.9993114861033549],
    ['erf', [2.6], 0.9997639655834707],
    ['rsqrt', [4], 0.5],
    ['maximum', [1, NaN], NaN],
    ['less', [1, NaN], 0],
    ['where', [1, 2, 3], 2],
  ] as const)('%s(%s)', (op, [a, b = 0, c = 0], expected) => {
    const value = elementwiseTable[op].evaluate(a, b, c);
    expect(Object.is(value, expected) || Math.abs(value - expected) < 1e-14).toBe(true);
  });

  // Known answers of Random123 for threefry2x32 with 20 rounds.
  it.each([
    [[0, 0, 0, 0], '6b200159 99ba4efe'],
    [[-1, -1, -1, -1], '1cb996fc bb002be7'],
    [[0x13198a2e, 0x03707344, 0x243f6a88, 0x85a308d3], 'c4923a9c 483df7a0'],
  ])('threefry %s', ([key0, key1, counter0, counter1], expected) => {
    const words = threefry(key0!, key1!, counter0!, counter1!);
    expect(words.map((word) => (word >>> 0).toString(16).padStart(8, '0')).join(' ')).toBe(expected);
  });
});
