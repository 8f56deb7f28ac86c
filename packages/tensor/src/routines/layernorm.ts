// y = (x - mean) rstd gamma + beta over rows of C elements; rstd = 1 / sqrt(variance + eps), the variance being that of all C (Ba et al. 2016).
//
// buffers  layernorm: x, gamma, beta, y, mean, rstd          layernorm_grad: dy, x, gamma, mean, rstd, dx, dgamma, dbeta
// ints     layernorm: R, C                                   layernorm_grad: R, C, accumulate (dgamma and dbeta)
// floats   layernorm: eps
// Tolerance: 1e-5 relative to the largest element.
import { shapeError } from '../errors.ts';
import { elementCount, type TensorType } from '../graph/dtype.ts';
import { hasType, type Routine, type RoutineAttributes } from './contract.ts';

const rowsOf = ({ shape }: TensorType) => ({ rows: shape.slice(0, -1), R: elementCount(shape.slice(0, -1)), C: shape[shape.length - 1]! });

export const layernorm: Routine<RoutineAttributes['layernorm']> = {
  infer(inputs) {
    const [x, gamma, beta] = inputs as [TensorType, TensorType, TensorType];
    const { rows, C } = rowsOf(x);
    if (x.shape.length === 0 || !hasType(x, 'fp32', x.shape) || !hasType(gamma, 'fp32', [C]) || !hasType(beta, 'fp32', [C]))
      throw shapeError('layernorm', 'fp32 rows of the scale and shift are needed', [x.shape, gamma.shape, beta.shape]);
    return [
      { dtype: 'fp32', shape: x.shape },
      { dtype: 'fp32', shape: rows },
      { dtype: 'fp32', shape: rows },
    ];
  },
  buffers: (inputs, outputs) => [...inputs, ...outputs],
  arguments([x], { eps }) {
    const { R, C } = rowsOf(x!);
    return { ints: [R, C], floats: [eps] };
  },
  reference([x, gamma, beta, y, mean, rstd], ints, [eps]) {
    const [R, C] = ints as [number, number];
    for (let r = 0; r < R; r++) {
      let average = 0;
      for (let c = 0; c < C; c++) average += x![r * C + c]! / C;
      let variance = 0;
      for (let c = 0; c < C; c++) variance += (x![r * C + c]! - average) ** 2 / C;
      const scale = 1 / Math.sqrt(variance + eps!);
      mean![r] = average;
      rstd![r] = scale;
      for (let c = 0; c < C; c++) y![r * C + c] = (x![r * C + c]! - average) * scale * gamma![c]! + beta![c]!;
    }
  },
};

export const layernormGrad: Routine<RoutineAttributes['layernorm_grad']> = {
  infer(inputs, { accumulate }) {
    const [dy, x, gamma, mean, rstd, ...sums] = inputs as [TensorType, TensorType, TensorType, TensorType, TensorType, ...TensorType[]];
    const { rows, C } = rowsOf(x);
    const fits =
      hasType(x, 'fp32', x.shape) &&
      hasType(dy, 'fp32', x.shape) &&
      hasType(gamma, 'fp32', [C]) &&
      hasType(mean, 'fp32', rows) &&
      hasType(rstd, 'fp32', rows) &&
      sums.length === (accumulate ? 2 : 0) &&
      sums.every((sum) => hasType(sum, 'fp32', [C]));
    if (!fits)
      throw shapeError(
        'layernorm_grad',
        'operands do not fit',
        inputs.map(({ shape }) => shape),
      );
    return [x.shape, [C], [C]].map((shape) => ({ dtype: 'fp32', shape }));
  },
  inPlace: ({ accumulate }) =>
    accumulate
      ? [
          { output: 1, input: 5 },
          { output: 2, input: 6 },
        ]
      : [],
  buffers: (inputs, outputs) => [...inputs.slice(0, 5), ...outputs],
  arguments([, x], { accumulate }) {
    const { R, C } = rowsOf(x!);
    return { ints: [R, C, Number(accumulate)], floats: [] };
  },
  reference([dy, x, gamma, mean, rstd, dx, dgamma, dbeta], ints) {
    const [R, C, accumulate] = ints as [number, number, number];
    const sums = [new Float64Array(C), new Float64Array(C)] as const;
    if (accumulate)
      for (let c = 0; c < C; c++) {
        sums[0][c] = dgamma![c]!;
        sums[1][c] = dbeta![c]!;
      }
    for (let r = 0; r < R; r++) {
      const normal = (c: number) => (x![r * C + c]! - mean![r]!) * rstd![r]!;
      let average = 0;
      let projection = 0;
      for (let c = 0; c < C; c++) {
        const gradient = dy![r * C + c]!;
        average += (gradient * gamma![c]!) / C;
        projection += (gradient * gamma![c]! * normal(c)) / C;
        sums[0][c]! += gradient * normal(c);
        sums[1][c]! += gradient;
      }
      for (let c = 0; c < C; c++) dx![r * C + c] = (dy![r * C + c]! * gamma![c]! - average - normal(c) * projection) * rstd![r]!;
    }
    for (let c = 0; c < C; c++) {
      dgamma![c] = sums[0][c]!;
      dbeta![c] = sums[1][c]!;
    }
  },
};
