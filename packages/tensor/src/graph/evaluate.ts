import { routineOf } from '../routines/table.ts';
import type { Elements, RoutineName } from '../routines/contract.ts';
import { contiguousStrides, elementCount } from './dtype.ts';
import { elementwiseTable, roundTo } from './elementwise-table.ts';
import type { Fn } from './fn.ts';
import { isOp, topological, type Node } from './node.ts';

type Values = Readonly<Record<string, ArrayLike<number>>>;

/**
 * Computes a Fn node by node in f64, without scheduling anything: what every schedule is compared with.
 * Tensors are row-major lists of numbers.
 */
export function evaluateFn(fn: Fn, inputs: Values): Record<string, Float64Array> {
  const results = new Map<Node, Float64Array[]>();
  for (const node of topological(fn.outputs.map((output) => output.node))) {
    const operands = node.src.map((source) => results.get(source)![isOp(node, 'output') ? node.arg.index : 0]!);
    results.set(node, evaluateNode(node, operands, inputs));
  }
  return Object.fromEntries(fn.outputs.map(({ name, node }) => [name, results.get(node)![0]!]));
}

/** The results of one op, of which routines and calls have several. */
export function evaluateNode(node: Node, operands: readonly Float64Array[], inputs: Values): Float64Array[] {
  const count = elementCount(node.shape);
  const fill = (value: (i: number, index: readonly number[]) => number): Float64Array[] => {
    const index = node.shape.map(() => 0);
    const result = new Float64Array(count);
    for (let i = 0; i < count; i++) {
      result[i] = value(i, index);
      for (let axis = index.length - 1; axis >= 0 && ++index[axis]! === node.shape[axis]; axis--) index[axis] = 0;
    }
    return [result];
  };
  const [source] = node.src;
  const [x] = operands;
  const at = (index: readonly number[]) => x![flatten(index, source!.shape)]!;

  if (isOp(node, 'input')) {
    const given = inputs[node.arg.name];
    if (given?.length !== count) throw new RangeError(`input "${node.arg.name}" needs ${count} numbers`);
    return [Float64Array.from(given)];
  }
  if (isOp(node, 'constant')) return fill(() => node.arg.value);
  if (isOp(node, 'iota')) return fill((i) => i);
  if (isOp(node, 'reshape') || isOp(node, 'output')) return [x!];
  if (isOp(node, 'expand')) return fill((_, index) => at(index.map((i, axis) => (source!.shape[axis] === 1 ? 0 : i))));
  if (isOp(node, 'permute')) return fill((_, index) => at(source!.shape.map((__, axis) => index[node.arg.order.indexOf(axis)]!)));
  if (isOp(node, 'slice')) return fill((_, index) => at(index.with(node.arg.axis, index[node.arg.axis]! + node.arg.start)));
  if (isOp(node, 'pad')) {
    const { axis, before } = node.arg;
    return fill((_, index) => {
      const i = index[axis]! - before;
      return i < 0 || i >= source!.shape[axis]! ? 0 : at(index.with(axis, i));
    });
  }
  if (isOp(node, 'concat')) {
    const { axis } = node.arg;
    return fill((_, index) => {
      let i = index[axis]!;
      let part = 0;
      while (i >= node.src[part]!.shape[axis]!) i -= node.src[part++]!.shape[axis]!;
      return operands[part]![flatten(index.with(axis, i), node.src[part]!.shape)]!;
    });
  }
  if (isOp(node, 'elementwise')) {
    const { evaluate } = elementwiseTable[node.arg.op];
    return fill((i) => {
      const value = evaluate(operands[0]![i]!, operands[1]?.[i] ?? 0, operands[2]?.[i] ?? 0);
      return node.dtype === 'fp32' ? value : roundTo(node.dtype, value);
    });
  }
  if (isOp(node, 'reduce')) {
    const { op, axes } = node.arg;
    const result = new Float64Array(count).fill(op === 'sum' ? 0 : -Infinity);
    const index = source!.shape.map(() => 0);
    for (const value of x!) {
      const i = flatten(
        index.map((own, axis) => (axes.includes(axis) ? 0 : own)),
        node.shape,
      );
      result[i] = op === 'sum' ? result[i]! + value : Math.max(result[i]!, value);
      for (let axis = index.length - 1; axis >= 0 && ++index[axis]! === source!.shape[axis]; axis--) index[axis] = 0;
    }
    return [result];
  }
  if (isOp(node, 'routine')) return evaluateRoutine(node, operands);
  if (isOp(node, 'call')) {
    const { fn } = node.arg;
    const results = evaluateFn(fn, Object.fromEntries(fn.inputs.map(({ name }, i) => [name, operands[i]!])));
    return fn.outputs.map(({ name }) => results[name]!);
  }
  throw new Error(`${node.op} is not known`);
}

function evaluateRoutine(node: Node, operands: readonly Float64Array[]): Float64Array[] {
  if (!isOp(node, 'routine')) throw new Error('not a routine');
  const { attributes } = node.arg;
  const contract = routineOf<RoutineName>(node.arg.routine);
  const outputs = contract.infer(node.src, attributes).map(({ shape }) => new Float64Array(elementCount(shape)));
  for (const { output, input } of contract.inPlace?.(attributes) ?? []) outputs[output]!.set(operands[input]!);
  const views = node.src.map(({ dtype, shape }) => ({ dtype, shape, strides: contiguousStrides(shape) }));
  const { ints, floats } = contract.arguments(views, attributes);
  contract.reference(contract.buffers<Elements>(operands, outputs, attributes), ints, floats);
  return outputs;
}

const flatten = (index: readonly number[], shape: readonly number[]): number => index.reduce((at, i, axis) => at * shape[axis]! + i, 0);
