import { fn, mul, spec, sum, type Fn } from '@massif/tensor';

/** Elements of the flat buffer that are summed as one. Part of the numbers' definition: the norm does not depend on ranks or threads. */
export const normBlock = 4096;

/** `values` [blocks, normBlock] -> `squares` [blocks], the sum of the squares of each block. */
export function squaresFn(blocks: number): Fn {
  return fn('block_squares', { values: spec('fp32', [blocks, normBlock]) }, ({ values }) => ({
    squares: sum(mul(values, values), { axes: [1] }),
  })) as Fn;
}

/** The norm from the blocks' sums, added in order in f64. */
export function normOf(squares: Float32Array): number {
  let total = 0;
  for (const square of squares) total += square;
  return Math.sqrt(total);
}
