import { elementCount, type FloatDtype, type NumberDtype } from './dtype.ts';
import { mul } from './elementwise.ts';
import { axisOf, reshape } from './movement.ts';
import type { Node, ReduceOp } from './node.ts';

export interface ReduceOptions {
  /** All when left out. Negative axes count from the end. */
  axes?: readonly number[];
  /** Reduced axes stay with size 1. */
  keepDims?: boolean;
}

/** Sum over axes; fp32 in fp32, in a fixed order. */
export const sum = <D extends NumberDtype>(x: Node<D>, options?: ReduceOptions): Node<D> => reduce('sum', x, options);

/** Maximum over axes, NaN if any element is. */
export const max = <D extends NumberDtype>(x: Node<D>, options?: ReduceOptions): Node<D> => reduce('max', x, options);

/** Arithmetic mean over axes. */
export function mean<D extends FloatDtype>(x: Node<D>, options?: ReduceOptions): Node<D> {
  const total = sum(x, options);
  return mul(total, elementCount(total.shape) / elementCount(x.shape));
}

function reduce<D extends NumberDtype>(op: ReduceOp, x: Node<D>, options: ReduceOptions = {}): Node<D> {
  const axes = options.axes?.map((axis) => axisOf(x, axis, op)) ?? x.shape.map((_, axis) => axis);
  const reduced = [...new Set(axes)].sort((a, b) => a - b).filter((axis) => x.shape[axis] !== 1);
  const kept = x.shape.map((size, axis) => (reduced.includes(axis) ? 1 : size));
  const result =
    reduced.length === 0 ? x : x.graph.node({ op: 'reduce', dtype: x.dtype, shape: kept, src: [x], arg: { op, axes: reduced } });
  return options.keepDims
    ? result
    : reshape(
        result,
        x.shape.filter((_, axis) => !axes.includes(axis)),
      );
}
