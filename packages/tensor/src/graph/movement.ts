import { formatShape, shapeError, TensorError } from '../errors.ts';
import { elementCount, sameShape, type Dtype } from './dtype.ts';
import { isOp, type Node } from './node.ts';

/** The same elements in row-major order under another shape. One size may be -1: what is left. */
export function reshape<D extends Dtype>(x: Node<D>, shape: readonly number[]): Node<D> {
  const known = shape.filter((size) => size !== -1);
  const rest = elementCount(x.shape) / elementCount(known);
  const full = shape.map((size) => (size === -1 ? rest : size));
  if (shape.length - known.length > 1 || !Number.isInteger(rest) || elementCount(full) !== elementCount(x.shape))
    throw shapeError('reshape', 'the number of elements differs', [x.shape, shape]);
  if (sameShape(x.shape, full)) return x;
  if (isOp(x, 'reshape')) return reshape(x.src[0] as Node<D>, full);
  return x.graph.node({ op: 'reshape', dtype: x.dtype, shape: full, src: [x], arg: {} });
}

/** Axis i of the result is axis `order[i]` of `x`. */
export function permute<D extends Dtype>(x: Node<D>, order: readonly number[]): Node<D> {
  if (order.length !== x.shape.length || !x.shape.every((_, axis) => order.includes(axis)))
    throw shapeError('permute', `${formatShape(order)} does not name every axis once`, [x.shape]);
  if (order.every((axis, i) => axis === i)) return x;
  if (isOp(x, 'permute')) {
    const { order: inner } = x.arg;
    return permute(
      x.src[0] as Node<D>,
      order.map((axis) => inner[axis]!),
    );
  }
  return x.graph.node({ op: 'permute', dtype: x.dtype, shape: order.map((axis) => x.shape[axis]!), src: [x], arg: { order } });
}

/** Swaps the last two axes. */
export function transpose<D extends Dtype>(x: Node<D>): Node<D> {
  const rank = x.shape.length;
  if (rank < 2) throw shapeError('transpose', 'two axes are needed', [x.shape]);
  const order = x.shape.map((_, axis) => axis);
  return permute(x, [...order.slice(0, -2), rank - 1, rank - 2]);
}

/** Repeats `x` to `shape` as numpy broadcasts: axes are added in front, and axes of size 1 grow. */
export function broadcastTo<D extends Dtype>(x: Node<D>, shape: readonly number[]): Node<D> {
  const added = shape.length - x.shape.length;
  const padded = added >= 0 ? [...Array.from({ length: added }, () => 1), ...x.shape] : [];
  if (added < 0 || !padded.every((size, axis) => size === 1 || size === shape[axis]))
    throw shapeError('broadcast', 'one does not grow to the other', [x.shape, shape]);
  const aligned = reshape(x, padded);
  if (sameShape(padded, shape)) return aligned;
  return x.graph.node({ op: 'expand', dtype: x.dtype, shape, src: [aligned], arg: {} });
}

/** Elements [start, end) along an axis. */
export function slice<D extends Dtype>(x: Node<D>, options: { axis: number; start: number; end: number }): Node<D> {
  const { start, end } = options;
  const axis = axisOf(x, options.axis, 'slice');
  const size = x.shape[axis]!;
  if (!Number.isInteger(start) || !Number.isInteger(end) || start < 0 || end > size || start >= end)
    throw shapeError('slice', `[${start}, ${end}) is no part of axis ${axis}`, [x.shape]);
  if (end - start === size) return x;
  return x.graph.node({ op: 'slice', dtype: x.dtype, shape: x.shape.with(axis, end - start), src: [x], arg: { axis, start, end } });
}

/** Cuts an axis into parts of equal size. */
export function split<D extends Dtype>(x: Node<D>, options: { axis: number; parts: number }): Node<D>[] {
  const { parts } = options;
  const axis = axisOf(x, options.axis, 'split');
  const size = x.shape[axis]! / parts;
  if (!Number.isInteger(size)) throw shapeError('split', `axis ${axis} has no ${parts} equal parts`, [x.shape]);
  return Array.from({ length: parts }, (_, i) => slice(x, { axis, start: i * size, end: (i + 1) * size }));
}

/** Zeros before and after along an axis. */
export function pad<D extends Dtype>(x: Node<D>, options: { axis: number; before?: number; after?: number }): Node<D> {
  const { before = 0, after = 0 } = options;
  const axis = axisOf(x, options.axis, 'pad');
  if (!Number.isInteger(before) || !Number.isInteger(after) || before < 0 || after < 0)
    throw new TensorError('invalid_argument', `pad: ${before} and ${after} must be whole and not negative`);
  if (before === 0 && after === 0) return x;
  const shape = x.shape.with(axis, x.shape[axis]! + before + after);
  return x.graph.node({ op: 'pad', dtype: x.dtype, shape, src: [x], arg: { axis, before, after } });
}

/** Puts nodes one after the other along an axis. */
export function concat<D extends Dtype>(parts: readonly Node<D>[], options: { axis: number }): Node<D> {
  const [first] = parts;
  if (!first) throw new TensorError('invalid_argument', 'concat: nothing to put together');
  const axis = axisOf(first, options.axis, 'concat');
  let size = 0;
  for (const part of parts) {
    if (part.dtype !== first.dtype) throw new TensorError('dtype_mismatch', `concat: ${first.dtype} and ${part.dtype}`);
    if (part.shape.length !== first.shape.length || !sameShape(part.shape.with(axis, 1), first.shape.with(axis, 1)))
      throw shapeError('concat', `other axes than ${axis} differ`, [first.shape, part.shape]);
    size += part.shape[axis]!;
  }
  if (parts.length === 1) return first;
  return first.graph.node({ op: 'concat', dtype: first.dtype, shape: first.shape.with(axis, size), src: parts, arg: { axis } });
}

/** An axis counted from the end when negative, checked. */
export function axisOf(x: Node, axis: number, op: string): number {
  const rank = x.shape.length;
  if (!Number.isInteger(axis) || axis < -rank || axis >= rank) throw shapeError(op, `there is no axis ${axis}`, [x.shape]);
  return axis < 0 ? axis + rank : axis;
}
