import { contiguousStrides, sameShape, type Dtype, type TensorType } from '../graph/dtype.ts';

/** Attributes of each routine's nodes; the names are those of the kernels. */
export interface RoutineAttributes {
  matmul: { transposeA: boolean; transposeB: boolean; bias: boolean; accumulate: boolean };
  attention: { causal: boolean; scale: number };
  attention_grad: { causal: boolean; scale: number };
  layernorm: { eps: number };
  layernorm_grad: { accumulate: boolean };
  softmax_cross_entropy: Record<never, never>;
  softmax_cross_entropy_grad: Record<never, never>;
  embedding: Record<never, never>;
  embedding_grad: { vocabulary: number; accumulate: boolean };
}

export type RoutineName = keyof RoutineAttributes;

/** What a `routine` node carries. */
export type RoutineCall = { [R in RoutineName]: { routine: R; attributes: RoutineAttributes[R] } }[RoutineName];

/** A tensor in memory, strides in elements. */
export interface StridedView extends TensorType {
  strides: readonly number[];
}

/** Elements as the reference functions see them, whatever the precision. */
export interface Elements {
  readonly length: number;
  [index: number]: number;
}

/** What every device's version of a routine must do. Everything that is not said to be strided is contiguous. */
export interface Routine<A> {
  /** dtypes and shapes of the results; throws on operands that do not fit. */
  infer(inputs: readonly TensorType[], attributes: A): TensorType[];
  /** Whether operand `input` may be read where it lies. Left out: only when contiguous. */
  accepts?(input: number, view: StridedView, attributes: A): boolean;
  /** Results that take over the memory of an operand, which they add to. */
  inPlace?(attributes: A): { output: number; input: number }[];
  /** Results that may lie where an operand does, when nothing else needs that any more. */
  mayOverwrite?: readonly { output: number; input: number }[];
  /** The kernel's buffers in the order of its arguments. */
  buffers<T>(inputs: readonly T[], outputs: readonly T[], attributes: A): (T | null)[];
  arguments(inputs: readonly StridedView[], attributes: A): { ints: number[]; floats: number[] };
  /** The kernel itself in plain code: buffers start at the operands' first elements. */
  reference(buffers: readonly (Elements | null)[], ints: readonly number[], floats: readonly number[]): void;
}

export function isContiguous({ shape, strides }: StridedView): boolean {
  const expected = contiguousStrides(shape);
  return shape.every((size, axis) => size === 1 || strides[axis] === expected[axis]);
}

/** An axis that steps over all of `axes` in row-major order, or null when their strides do not allow one. */
export function mergeAxes(shape: readonly number[], strides: readonly number[]): { size: number; stride: number } | null {
  let size = 1;
  let stride = 0;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    if (shape[axis] === 1) continue;
    if (size === 1) stride = strides[axis]!;
    else if (strides[axis] !== stride * size) return null;
    size *= shape[axis]!;
  }
  return { size, stride };
}

export const hasType = (type: TensorType, dtype: Dtype, shape: readonly number[]): boolean =>
  type.dtype === dtype && sameShape(type.shape, shape);
