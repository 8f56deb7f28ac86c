import type { Affine, Condition } from '../program.ts';

/** Arithmetic on index expressions. Strides that are missing at the end are 0. */
export const zero: Affine = { offset: 0, strides: [] };

export const loopIndex = (loop: number): Affine => ({ offset: 0, strides: [...Array.from({ length: loop }, () => 0), 1] });

export function plus(a: Affine, b: Affine): Affine {
  const strides = Array.from({ length: Math.max(a.strides.length, b.strides.length) }, (_, i) => (a.strides[i] ?? 0) + (b.strides[i] ?? 0));
  return { offset: a.offset + b.offset, strides };
}

export const times = ({ offset, strides }: Affine, factor: number): Affine => ({
  offset: offset * factor,
  strides: strides.map((stride) => stride * factor),
});

export const shifted = ({ offset, strides }: Affine, by: number): Affine => ({ offset: offset + by, strides });

/** Sum of index[axis] * strides[axis]. */
export const dot = (index: readonly Affine[], strides: readonly number[]): Affine =>
  index.reduce((sum, part, axis) => (strides[axis] === 0 ? sum : plus(sum, times(part, strides[axis]!))), zero);

/** Equal expressions have equal keys. */
export function affineKey({ offset, strides }: Affine): string {
  let end = strides.length;
  while (end > 0 && strides[end - 1] === 0) end--;
  return `${offset}:${strides.slice(0, end).join()}`;
}

export const conditionsKey = (where: readonly Condition[]): string =>
  where.map((condition) => `${affineKey(condition)}<${condition.size}`).join('&');

/** Smallest and largest value over loops of these sizes. */
export function rangeOf({ offset, strides }: Affine, sizes: readonly number[]): { min: number; max: number } {
  let [min, max] = [offset, offset];
  for (const [loop, stride] of strides.entries()) {
    const reach = stride * (sizes[loop]! - 1);
    if (reach < 0) min += reach;
    else max += reach;
  }
  return { min, max };
}

/** The same expression when the loops are others: `rewrite` gives the new strides of the old loop. */
export function mapLoops<A extends Affine>(at: A, rewrite: (stride: number, loop: number) => readonly number[]): A {
  return { ...at, strides: at.strides.flatMap((stride, loop) => rewrite(stride, loop)) };
}
