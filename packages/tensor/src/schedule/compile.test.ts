import { describe, expect, it } from 'vitest';
import { differentiate } from '../autograd/differentiate.ts';
import { geluTanh } from '../graph/activations.ts';
import { add, div, exp, mul, sub } from '../graph/elementwise.ts';
import { call, fn, inline, spec, type Fn } from '../graph/fn.ts';
import { reshape, split } from '../graph/movement.ts';
import type { Node } from '../graph/node.ts';
import { max, sum } from '../graph/reduce.ts';
import { attention, embedding, layernorm, matmul, softmaxCrossEntropy } from '../graph/routines.ts';
import type { Program } from '../program.ts';
import { compileProgram } from './compile.ts';

const limits = { buffersPerKernel: 32, dtypes: ['fp32', 'int32', 'bool'] as const };
const compile = (f: Fn) => compileProgram(f, { limits });
/** The kernels in the order in which they run: routines by name, generated ones as "kernel". */
const launches = ({ kernels, launches: list }: Program) =>
  list.map(({ kernel: index }) => {
    const kernel = kernels[index]!;
    return kernel.kind === 'routine' ? kernel.routine : 'kernel';
  });

const x = spec('fp32', [8, 16]);

describe('fusion', () => {
  it('makes one kernel of an element-wise chain, whatever its outputs', () => {
    const f = fn('chain', { x, b: spec('fp32', [16]) }, ({ x: a, b }) => {
      const h = mul(add(a, b), 2);
      return { y: geluTanh(h), z: exp(h), w: sub(h, a) };
    });
    expect(launches(compile(f))).toEqual(['kernel']);
    expect(compile(f).arenaBytes).toBe(0);
  });

  it('keeps a reduction and what follows it together', () => {
    const f = fn('norm', { x }, ({ x: a }) => ({ y: mul(add(sum(mul(a, a), { axes: [1] }), 1), 0.5) }));
    expect(launches(compile(f))).toEqual(['kernel']);
  });

  it('computes a costly value once when many elements need it', () => {
    const f = fn('softmax', { x }, ({ x: a }) => {
      const e = exp(sub(a, max(a, { axes: [1], keepDims: true })));
      return { y: div(e, sum(e, { axes: [1], keepDims: true })) };
    });
    const exponentials = compile(f).kernels.flatMap((kernel) =>
      kernel.kind === 'generated' ? kernel.nest.values.filter((value) => value.kind === 'op' && value.op === 'exp') : [],
    );
    expect(exponentials).toHaveLength(1);
  });

  it('reads heads of a projection where they lie', () => {
    const f = fn('heads', { x: spec('fp32', [2, 4, 8]), w: spec('fp32', [8, 24]) }, ({ x: a, w }) => {
      const [q, k, v] = split(matmul(a, w), { axis: 2, parts: 3 }).map((part) => reshape(part, [2, 4, 2, 4]));
      return { y: reshape(attention(q!, k!, v!, { causal: true }).out, [2, 4, 8]) };
    });
    expect(launches(compile(f))).toEqual(['matmul', 'attention']);
  });

  it('updates donated memory in place', () => {
    const f = fn('sgd', { w: x, g: x }, ({ w, g }) => ({ next: sub(w, mul(g, 0.1)) }), { donates: { next: 'w' } });
    const program = compile(f);
    expect(program.launches.map(({ buffers }) => buffers)).toEqual([
      [
        { port: 'w', offsetBytes: 0 },
        { port: 'g', offsetBytes: 0 },
        { port: 'w', offsetBytes: 0 },
      ],
    ]);
    expect(program).toMatchObject({ arenaBytes: 0, predictedPeakBytes: 2 * 8 * 16 * 4 });
  });
});

describe('memory', () => {
  const [rows, words, width] = [64, 512, 16];
  const head = fn(
    'head',
    { ids: spec('int32', [rows]), table: spec('fp32', [words, width]), targets: spec('int32', [rows]) },
    ({ ids, table, targets }) => ({
      loss: softmaxCrossEntropy(matmul(embedding(table, ids), table, { transposeB: true }), targets).loss,
    }),
  );
  const { forward, backward } = differentiate(head, { wrt: ['table'] });
  const step = fn(
    'step',
    { ...Object.fromEntries(head.inputs.map(({ name, node }) => [name, node])), 'd:loss': spec('fp32', [rows]) },
    (ports) => {
      const argumentsOf = ({ inputs }: Fn, from: Readonly<Record<string, Node>>) =>
        Object.fromEntries(inputs.map(({ name }) => [name, from[name]!]));
      const results = inline(forward, argumentsOf(forward, ports));
      return { 'd:table': inline(backward, argumentsOf(backward, { ...ports, ...results }))['d:table']! };
    },
  ) as Fn;

  it('of logits is left to their gradient, and gradients of a shared table add up where they are asked for', () => {
    const program = compile(step);
    expect(launches(program)).toEqual([
      'embedding',
      'matmul',
      'softmax_cross_entropy',
      'softmax_cross_entropy_grad',
      'matmul',
      'matmul',
      'embedding_grad',
    ]);
    const logits = rows * words * 4;
    expect(program.arenaBytes).toBeGreaterThan(logits);
    expect(program.arenaBytes).toBeLessThan(logits + 4 * rows * width * 4);
  });
});

describe('calls', () => {
  const layer = fn(
    'layer',
    { x, gamma: spec('fp32', [16]), beta: spec('fp32', [16]), w: spec('fp32', [16, 16]) },
    ({ x: a, gamma, beta, w }) => ({
      y: add(a, geluTanh(matmul(layernorm(a, gamma, beta, { eps: 1e-5 }).y, w))),
    }),
  );
  const deep = (count: number) =>
    fn('deep', { x, gamma: spec('fp32', [16]), beta: spec('fp32', [16]), w: spec('fp32', [16, 16]) }, ({ x: a, ...weights }) => {
      let h: Node<'fp32'> = a;
      for (let i = 0; i < count; i++) h = call(layer, { x: h, ...weights }).y;
      return { y: h };
    });

  it('share kernels and scratch memory, however many there are', () => {
    const programs = [2, 128].map((count) => compile(deep(count)));
    const [two, many] = programs as [Program, Program];
    expect(many.kernels).toEqual(two.kernels);
    expect(many.launches).toHaveLength(64 * two.launches.length);
    expect(many.arenaBytes).toBe(compile(deep(3)).arenaBytes);
  });

  it('share kernels backwards too, and add to the weights in place', () => {
    const wrt = ['x', 'gamma', 'beta', 'w'];
    const backward = (count: number) => compile(differentiate(deep(count), { wrt, accumulate: true }).backward);
    const [few, many] = [backward(3), backward(40)];
    expect(many.kernels.length).toBe(few.kernels.length);
    expect(many.arenaBytes).toBe(few.arenaBytes);
    const written = many.launches.flatMap(({ buffers }) => buffers.filter((ref) => ref && 'port' in ref && ref.port === 'acc:w'));
    expect(written).toHaveLength(40);
  });

  it('are compiled once for each set of limits', () => {
    const f = deep(2);
    expect(compile(f)).toBe(compile(f));
    expect(compileProgram(f, { limits: { ...limits, buffersPerKernel: 4 } })).not.toBe(compile(f));
  });
});

describe('limits', () => {
  it('cut a kernel that reads more buffers than it may', () => {
    const inputs = Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`x${i}`, x]));
    const f = fn('many', inputs, (ports) => ({ y: Object.values(ports).reduce((total, port) => add(total, port)) }));
    for (const buffersPerKernel of [3, 8]) {
      const { kernels } = compileProgram(f, { limits: { ...limits, buffersPerKernel } });
      for (const kernel of kernels)
        if (kernel.kind === 'generated') expect(kernel.nest.buffers.length).toBeLessThanOrEqual(buffersPerKernel);
    }
    expect(() => compileProgram(f, { limits: { ...limits, buffersPerKernel: 2 } })).toThrow('needs more than 2 buffers');
  });

  it('refuse dtypes that the device does not have', () => {
    const f = fn('half', { x: spec('bf16', [2]) }, ({ x: a }) => ({ y: exp(a) }));
    expect(() => compile(f)).toThrow('half: input of bf16 does not run on this device');
  });
});
