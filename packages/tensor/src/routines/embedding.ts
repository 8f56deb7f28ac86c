// out[r] = table[ids[r]]; dtable[v] = sum of dy[r] over the rows with ids[r] = v, in the order of the rows.
//
// buffers  embedding: table, ids, out          embedding_grad: dy, ids, dtable
// ints     embedding: R, C, V                  embedding_grad: R, C, V, accumulate
// Exact (embedding); tolerance of a sum of R terms (embedding_grad). Ids in [0, V) are the caller's promise, checked here.
import { shapeError, TensorError } from '../errors.ts';
import { elementCount, sameShape, type TensorType } from '../graph/dtype.ts';
import { hasType, type Elements, type Routine, type RoutineAttributes } from './contract.ts';

function rowOf(ids: Elements, r: number, V: number): number {
  const id = ids[r]!;
  if (!(id >= 0 && id < V))
    throw new TensorError('invalid_argument', `embedding: id ${id} of row ${r} is not in [0, ${V})`, { id, row: r, V });
  return id;
}

export const embedding: Routine<RoutineAttributes['embedding']> = {
  infer(inputs) {
    const [table, ids] = inputs as [TensorType, TensorType];
    if (table.shape.length !== 2 || table.dtype !== 'fp32' || ids.dtype !== 'int32')
      throw shapeError('embedding', 'an fp32 table of two axes and int32 ids are needed', [table.shape, ids.shape]);
    return [{ dtype: 'fp32', shape: [...ids.shape, table.shape[1]!] }];
  },
  buffers: (inputs, outputs) => [...inputs, ...outputs],
  arguments: ([table, ids]) => ({ ints: [elementCount(ids!.shape), table!.shape[1]!, table!.shape[0]!], floats: [] }),
  reference([table, ids, out], ints) {
    const [R, C, V] = ints as [number, number, number];
    for (let r = 0; r < R; r++) {
      const id = rowOf(ids!, r, V);
      for (let c = 0; c < C; c++) out![r * C + c] = table![id * C + c]!;
    }
  },
};

export const embeddingGrad: Routine<RoutineAttributes['embedding_grad']> = {
  infer(inputs, { vocabulary, accumulate }) {
    const [dy, ids, ...sums] = inputs as [TensorType, TensorType, ...TensorType[]];
    const C = dy.shape[dy.shape.length - 1]!;
    const fits =
      dy.dtype === 'fp32' &&
      ids.dtype === 'int32' &&
      sameShape(dy.shape.slice(0, -1), ids.shape) &&
      sums.length === (accumulate ? 1 : 0) &&
      sums.every((sum) => hasType(sum, 'fp32', [vocabulary, C]));
    if (!fits)
      throw shapeError(
        'embedding_grad',
        'operands do not fit',
        inputs.map(({ shape }) => shape),
      );
    return [{ dtype: 'fp32', shape: [vocabulary, C] }];
  },
  inPlace: ({ accumulate }) => (accumulate ? [{ output: 0, input: 2 }] : []),
  buffers: ([dy, ids], [dtable]) => [dy!, ids!, dtable!],
  arguments: ([dy, ids], { vocabulary, accumulate }) => ({
    ints: [elementCount(ids!.shape), dy!.shape[dy!.shape.length - 1]!, vocabulary, Number(accumulate)],
    floats: [],
  }),
  reference([dy, ids, dtable], ints) {
    const [R, C, V, accumulate] = ints as [number, number, number, number];
    const sums = new Float64Array(V * C);
    if (accumulate) for (let i = 0; i < sums.length; i++) sums[i] = dtable![i]!;
    for (let r = 0; r < R; r++) {
      const id = rowOf(ids!, r, V);
      for (let c = 0; c < C; c++) sums[id * C + c]! += dy![r * C + c]!;
    }
    for (let i = 0; i < sums.length; i++) dtable![i] = sums[i]!;
  },
};
