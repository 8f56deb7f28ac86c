// c[.., m, n] = sum over k of a[.., m, k] b[.., k, n] (+ bias[n]) (+ what c held).
//
// buffers  a, b, c, bias or null
// ints     batch, M, N, K, transA, transB, lda, ldb, ldc, strideA, strideB, strideC, accumulate     (elements; stride 0: shared by the batch)
// trans    the operand lies as [K, M] or [N, K], with rows ld apart
// Tolerance: 1e-5 of the sum of |a b| for K <= 4096.
import { shapeError, TensorError } from '../errors.ts';
import { elementCount, isFloat, sameShape, type TensorType } from '../graph/dtype.ts';
import { hasType, mergeAxes, type Routine, type RoutineAttributes, type StridedView } from './contract.ts';

type Attributes = RoutineAttributes['matmul'];

/** A matrix (or a batch of them) as the kernel reads it: `transposed` says that its columns, not its rows, are contiguous. */
interface Layout {
  batch: number;
  stride: number;
  ld: number;
  transposed: boolean;
}

function layoutOf({ shape, strides }: StridedView): Layout | null {
  const rank = shape.length;
  const outer = mergeAxes(shape.slice(0, -2), strides.slice(0, -2));
  if (!outer) return null;
  const [rows, columns] = [shape[rank - 2]!, shape[rank - 1]!];
  const [rowStride, columnStride] = [strides[rank - 2]!, strides[rank - 1]!];
  const side = (count: number, width: number, far: number, near: number): number | null => {
    if (width > 1 && near !== 1) return null;
    if (count === 1) return width;
    return far >= width ? far : null;
  };
  const direct = side(rows, columns, rowStride, columnStride);
  const turned = side(columns, rows, columnStride, rowStride);
  if (direct === null && turned === null) return null;
  return { batch: outer.size, stride: outer.stride, ld: direct ?? turned!, transposed: direct === null };
}

function sizes([a, b]: readonly TensorType[], { transposeA, transposeB }: Attributes) {
  const [aRows, aColumns] = a!.shape.slice(-2) as [number, number];
  const [bRows, bColumns] = b!.shape.slice(-2) as [number, number];
  return {
    M: transposeA ? aColumns : aRows,
    K: transposeA ? aRows : aColumns,
    innerB: transposeB ? bColumns : bRows,
    N: transposeB ? bRows : bColumns,
  };
}

export const matmul: Routine<Attributes> = {
  infer(inputs, attributes) {
    const [a, b, ...rest] = inputs as [TensorType, TensorType, ...TensorType[]];
    const shapes = inputs.map(({ shape }) => shape);
    if (!isFloat(a.dtype) || inputs.some(({ dtype }) => dtype !== a.dtype)) {
      const dtypes = inputs.map(({ dtype }) => dtype);
      throw new TensorError('dtype_mismatch', `matmul: operands of one floating type are needed, not ${dtypes.join(' and ')}`, { dtypes });
    }
    if (a.shape.length < 2 || b.shape.length < 2) throw shapeError('matmul', 'operands have at least two axes', shapes);
    const { M, K, N, innerB } = sizes(inputs, attributes);
    if (K !== innerB) throw shapeError('matmul', `inner sizes ${K} and ${innerB} differ`, shapes);
    const batch = a.shape.slice(0, -2);
    if (b.shape.length > 2 && !sameShape(batch, b.shape.slice(0, -2))) throw shapeError('matmul', 'leading axes differ', shapes);
    const shape = [...batch, M, N];
    if (attributes.bias && !hasType(rest.shift()!, a.dtype, [N])) throw shapeError('matmul', `the bias is not [${N}]`, shapes);
    if (attributes.accumulate && !hasType(rest.shift()!, a.dtype, shape))
      throw shapeError('matmul', 'the accumulator has another shape', shapes);
    return [{ dtype: a.dtype, shape }];
  },
  accepts: (input, view) => input < 2 && layoutOf(view) !== null,
  inPlace: ({ bias, accumulate }) => (accumulate ? [{ output: 0, input: bias ? 3 : 2 }] : []),
  buffers: ([a, b, bias], [c], attributes) => [a!, b!, c!, attributes.bias ? bias! : null],
  arguments(inputs, attributes) {
    const { M, K, N } = sizes(inputs, attributes);
    const a = layoutOf(inputs[0]!)!;
    const b = layoutOf(inputs[1]!)!;
    const transA = attributes.transposeA !== a.transposed;
    const transB = attributes.transposeB !== b.transposed;
    const batch = elementCount(inputs[0]!.shape.slice(0, -2));
    // A batch whose second operand is shared is one tall product when the rows go on at the same pace.
    const tall = batch > 1 && inputs[1]!.shape.length === 2 && !transA && (M === 1 || a.stride === M * a.ld);
    const accumulate = attributes.accumulate ? 1 : 0;
    const lda = tall && M === 1 ? a.stride : a.ld;
    const ints = tall
      ? [1, batch * M, N, K, 0, Number(transB), lda, b.ld, N, 0, 0, 0, accumulate]
      : [
          batch,
          M,
          N,
          K,
          Number(transA),
          Number(transB),
          a.ld,
          b.ld,
          N,
          batch > 1 ? a.stride : 0,
          batch > 1 ? b.stride : 0,
          batch > 1 ? M * N : 0,
          accumulate,
        ];
    return { ints, floats: [] };
  },
  reference([a, b, c, bias], ints) {
    const [batch, M, N, K, transA, transB, lda, ldb, ldc, strideA, strideB, strideC, accumulate] = ints as [
      ...[number, number, number, number, number, number, number, number, number, number, number, number, number],
    ];
    const [aRow, aColumn] = transA ? [1, lda] : [lda, 1];
    const [bRow, bColumn] = transB ? [1, ldb] : [ldb, 1];
    for (let i = 0; i < batch; i++)
      for (let m = 0; m < M; m++)
        for (let n = 0; n < N; n++) {
          const at = i * strideC + m * ldc + n;
          let sum = (accumulate ? c![at]! : 0) + (bias ? bias[n]! : 0);
          for (let k = 0; k < K; k++) sum += a![i * strideA + m * aRow + k * aColumn]! * b![i * strideB + k * bRow + n * bColumn]!;
          c![at] = sum;
        }
  },
};
