import { shapeError, TensorError } from '../errors.ts';
import { isFloat, type Dtype, type FloatDtype, type NumberDtype } from './dtype.ts';
import { elementwiseTable, type ElementwiseOp } from './elementwise-table.ts';
import { broadcastTo } from './movement.ts';
import { isOp, type Graph, type Node, type Operand } from './node.ts';

/** The shape that all given shapes broadcast to, as in numpy. */
function broadcastShape(op: string, shapes: readonly (readonly number[])[]): number[] {
  const rank = Math.max(0, ...shapes.map(({ length }) => length));
  return Array.from({ length: rank }, (_, axis) => {
    let size = 1;
    for (const shape of shapes) {
      const own = shape[axis - rank + shape.length] ?? 1;
      if (size !== 1 && own !== 1 && own !== size) throw shapeError(op, 'shapes do not broadcast', shapes);
      if (own !== 1) size = own;
    }
    return size;
  });
}

/** One value for every element. */
export function constant<D extends Dtype = 'fp32'>(
  graph: Graph,
  value: number,
  options: { dtype?: D; shape?: readonly number[] } = {},
): Node<D> {
  const { dtype = 'fp32' as D, shape = [] } = options;
  if (dtype === 'int32' && !Number.isInteger(value)) throw new TensorError('dtype_mismatch', `constant: ${value} is no int32`);
  return broadcastTo(graph.node({ op: 'constant', dtype, shape: [], src: [], arg: { value } }), shape);
}

/** The row-major index of each element. */
export function iota(graph: Graph, shape: readonly number[]): Node<'int32'> {
  return graph.node({ op: 'iota', dtype: 'int32', shape, src: [], arg: {} });
}

/** Applies a row of the table to operands that it broadcasts; numbers take `numberDtype`. */
export function apply(op: ElementwiseOp, operands: readonly Operand[], options: { dtype?: Dtype; numberDtype?: Dtype } = {}): Node {
  const first = operands.find((operand) => typeof operand !== 'number');
  if (!first) throw new TensorError('invalid_argument', `${op}: at least one operand must be a node`);
  const numberDtype = options.numberDtype ?? first.dtype;
  const shape = broadcastShape(
    op,
    operands.map((operand) => (typeof operand === 'number' ? [] : operand.shape)),
  );
  const src = operands.map((operand) =>
    broadcastTo(typeof operand === 'number' ? constant(first.graph, operand, { dtype: numberDtype }) : operand, shape),
  );
  const dtype = resultDtype(op, src, options.dtype);
  return first.graph.node({ op: 'elementwise', dtype, shape, src, arg: { op } });
}

function resultDtype(op: ElementwiseOp, src: readonly Node[], target: Dtype | undefined): Dtype {
  const { rule } = elementwiseTable[op];
  const dtypes = src.map(({ dtype }) => dtype);
  const refuse = (need: string) => new TensorError('dtype_mismatch', `${op}: ${need}, not ${dtypes.join(' and ')}`, { op, dtypes });
  const [a, b, c] = dtypes as [Dtype, Dtype, Dtype];
  switch (rule) {
    case 'float':
      if (!dtypes.every((dtype) => isFloat(dtype) && dtype === a)) throw refuse('operands of one floating type are needed');
      return a;
    case 'number':
      if (!dtypes.every((dtype) => dtype !== 'bool' && dtype === a)) throw refuse('operands of one number type are needed');
      return a;
    case 'compare':
      if (a !== b) throw refuse('operands of one type are needed');
      return 'bool';
    case 'select':
      if (a !== 'bool' || b !== c) throw refuse('a bool and two operands of one type are needed');
      return b;
    case 'cast':
      return target!;
    case 'random':
      if (!dtypes.every((dtype) => dtype === 'int32')) throw refuse('int32 operands are needed');
      return 'fp32';
    default:
      return rule satisfies never;
  }
}

type Numeric = Node<NumberDtype>;
const isNumber = (operand: Operand, value: number): boolean => {
  if (typeof operand === 'number') return operand === value;
  const source = isOp(operand, 'expand') ? operand.src[0]! : operand;
  return isOp(source, 'constant') && source.arg.value === value;
};
/** `x`, unless the other operand makes the result larger than it. */
const keeps = (x: Operand, other: Operand): x is Node =>
  typeof x !== 'number' && (typeof other === 'number' || broadcastShape('broadcast', [x.shape, other.shape]).join() === x.shape.join());

export const neg = <D extends NumberDtype>(x: Node<D>) => apply('neg', [x]) as Node<D>;
export const abs = <D extends NumberDtype>(x: Node<D>) => apply('abs', [x]) as Node<D>;
export const exp = <D extends FloatDtype>(x: Node<D>) => apply('exp', [x]) as Node<D>;
export const log = <D extends FloatDtype>(x: Node<D>) => apply('log', [x]) as Node<D>;
export const sqrt = <D extends FloatDtype>(x: Node<D>) => apply('sqrt', [x]) as Node<D>;
/** 1 / sqrt(x) */
export const rsqrt = <D extends FloatDtype>(x: Node<D>) => apply('rsqrt', [x]) as Node<D>;
export const reciprocal = <D extends FloatDtype>(x: Node<D>) => apply('reciprocal', [x]) as Node<D>;
export const tanh = <D extends FloatDtype>(x: Node<D>) => apply('tanh', [x]) as Node<D>;
/** The error function. */
export const erf = <D extends FloatDtype>(x: Node<D>) => apply('erf', [x]) as Node<D>;
export const sin = <D extends FloatDtype>(x: Node<D>) => apply('sin', [x]) as Node<D>;
export const cos = <D extends FloatDtype>(x: Node<D>) => apply('cos', [x]) as Node<D>;

export function add<D extends NumberDtype>(a: Operand<D>, b: Operand<D>): Node<D> {
  if (isNumber(b, 0) && keeps(a, b)) return a;
  if (isNumber(a, 0) && keeps(b, a)) return b;
  return apply('add', [a, b]) as Node<D>;
}
export function sub<D extends NumberDtype>(a: Operand<D>, b: Operand<D>): Node<D> {
  if (isNumber(b, 0) && keeps(a, b)) return a;
  return apply('sub', [a, b]) as Node<D>;
}
export function mul<D extends NumberDtype>(a: Operand<D>, b: Operand<D>): Node<D> {
  if (isNumber(b, 1) && keeps(a, b)) return a;
  if (isNumber(a, 1) && keeps(b, a)) return b;
  return apply('mul', [a, b]) as Node<D>;
}
export function div<D extends FloatDtype>(a: Operand<D>, b: Operand<D>): Node<D> {
  if (isNumber(b, 1) && keeps(a, b)) return a;
  return apply('div', [a, b]) as Node<D>;
}
/** The larger of two, NaN if either is. */
export const maximum = <D extends NumberDtype>(a: Operand<D>, b: Operand<D>) => apply('maximum', [a, b]) as Node<D>;
/** The smaller of two, NaN if either is. */
export const minimum = <D extends NumberDtype>(a: Operand<D>, b: Operand<D>) => apply('minimum', [a, b]) as Node<D>;
/** a < b */
export const less = <D extends NumberDtype>(a: Operand<D>, b: Operand<D>) => apply('less', [a, b]) as Node<'bool'>;
/** a = b */
export const equal = <D extends Dtype>(a: Operand<D>, b: Operand<D>) => apply('equal', [a, b]) as Node<'bool'>;

/** `a` where the condition holds, else `b`. At least one of them is a node. */
export function where<D extends Dtype>(condition: Node<'bool'>, a: Operand<D>, b: Operand<D>): Node<D> {
  const typed = typeof a === 'number' ? b : a;
  if (typeof typed === 'number') throw new TensorError('invalid_argument', 'where: one of the two values must be a node');
  return apply('where', [condition, a, b], { numberDtype: typed.dtype }) as Node<D>;
}

/** To another dtype. Floats are cut towards zero on the way to int32; to bool, whatever is not 0 is true. */
export function cast<D extends Dtype>(x: Node, dtype: D): Node<D> {
  return (x.dtype === dtype ? x : apply('cast', [x], { dtype })) as Node<D>;
}

/**
 * Numbers in [0, 1) with 24 bits. Element i is a function of (key, offset + i) only, so that a shard of a tensor draws what
 * the whole would: give its first row-major index as the offset. Threefry-2x32 (Salmon et al. 2011).
 */
export function randomUniform(key: Node<'int32'>, shape: readonly number[], options: { offset?: Operand<'int32'> } = {}): Node<'fp32'> {
  if (key.shape.join() !== '2') throw shapeError('randomUniform', 'the key has two words', [key.shape]);
  const word = (index: number): Numeric =>
    key.graph.node({ op: 'slice', dtype: 'int32', shape: [1], src: [key], arg: { axis: 0, start: index, end: index + 1 } });
  const counter = add(iota(key.graph, shape), options.offset ?? 0);
  return apply('random', [word(0), word(1), counter]) as Node<'fp32'>;
}
