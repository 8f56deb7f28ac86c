/** Element types. fp64 exists inside the reference device; bf16 and fp16 are storage types. */
export type Dtype = 'fp32' | 'fp64' | 'bf16' | 'fp16' | 'int32' | 'bool';
export type FloatDtype = Exclude<Dtype, 'int32' | 'bool'>;
export type NumberDtype = FloatDtype | 'int32';

/** Bytes of one stored element. bool is stored as int32 0 or 1: one width for a whole loop, and GPUs have no smaller storage. */
export const dtypeBytes: Readonly<Record<Dtype, number>> = { fp32: 4, fp64: 8, bf16: 2, fp16: 2, int32: 4, bool: 4 };

export const isFloat = (dtype: Dtype): dtype is FloatDtype => dtype !== 'int32' && dtype !== 'bool';

/** What a buffer holds, without its place: dtype and shape, row-major. */
export interface TensorType<D extends Dtype = Dtype> {
  readonly dtype: D;
  readonly shape: readonly number[];
}

export const elementCount = (shape: readonly number[]): number => shape.reduce((product, size) => product * size, 1);

export const byteCount = ({ dtype, shape }: TensorType): number => elementCount(shape) * dtypeBytes[dtype];

/** Row-major strides in elements. */
export function contiguousStrides(shape: readonly number[]): number[] {
  const strides = shape.map(() => 1);
  let stride = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    strides[axis] = stride;
    stride *= shape[axis]!;
  }
  return strides;
}

export const sameShape = (a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length && a.every((size, axis) => size === b[axis]);
