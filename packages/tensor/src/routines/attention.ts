// out[b, i, h] = sum over j of softmax over j (scale q[b, i, h] . k[b, j, g]) v[b, j, g], with g = floor(h Hkv / H).
// lse[b, h, i] = log of the sum over j of exp(scale q . k). Causal: query i sees keys j <= i + (Tk - Tq).
// The scores are never kept as a whole (Dao et al., FlashAttention-2, 2023).
//
// buffers  attention: q, k, v, out, lse          attention_grad: q, k, v, out, lse, dout, dq, dk, dv
// ints     B, Tq, Tk, H, Hkv, D, causal, then the strides (batch, time, head) of q, k, v
// floats   scale
// q, k, v  any strides, with unit stride along D
// Tolerance: 1e-5 relative to the largest element.
import { shapeError, TensorError } from '../errors.ts';
import type { TensorType } from '../graph/dtype.ts';
import { hasType, type Elements, type Routine, type RoutineAttributes, type StridedView } from './contract.ts';

type Attributes = RoutineAttributes['attention'];

/** Checks q, k, v and returns the types of out and lse. */
function inferForward(op: string, inputs: readonly TensorType[], { causal }: Attributes): [TensorType, TensorType] {
  const [q, k, v] = inputs as [TensorType, TensorType, TensorType];
  const shapes = [q.shape, k.shape, v.shape];
  if (inputs.some(({ dtype }) => dtype !== 'fp32')) throw new TensorError('dtype_mismatch', `${op}: fp32 operands are needed`);
  if (shapes.some(({ length }) => length !== 4)) throw shapeError(op, 'operands are [batch, time, heads, size]', shapes);
  const [B, Tq, H, D] = q.shape as [number, number, number, number];
  const [, Tk, Hkv] = k.shape as [number, number, number, number];
  if (!hasType(k, 'fp32', [B, Tk, Hkv, D]) || !hasType(v, 'fp32', [B, Tk, Hkv, D]))
    throw shapeError(op, 'keys or values do not fit the queries', shapes);
  if (H % Hkv !== 0) throw shapeError(op, `${H} query heads cannot share ${Hkv} key heads`, shapes);
  if (causal && Tk < Tq) throw shapeError(op, 'causal queries need at least as many keys', shapes);
  return [
    { dtype: 'fp32', shape: q.shape },
    { dtype: 'fp32', shape: [B, H, Tq] },
  ];
}

const acceptsStrides = (input: number, { shape, strides }: StridedView): boolean => input < 3 && (shape[3] === 1 || strides[3] === 1);

function kernelArguments([q, k, v]: readonly StridedView[], { causal, scale }: Attributes) {
  const [B, Tq, H, D] = q!.shape as [number, number, number, number];
  const [, Tk, Hkv] = k!.shape as [number, number, number, number];
  const strides = [q!, k!, v!].flatMap((view) => view.strides.slice(0, 3));
  return { ints: [B, Tq, Tk, H, Hkv, D, Number(causal), ...strides], floats: [scale] };
}

export const attention: Routine<Attributes> = {
  infer: (inputs, attributes) => inferForward('attention', inputs, attributes),
  accepts: acceptsStrides,
  buffers: (inputs, outputs) => [...inputs, ...outputs],
  arguments: kernelArguments,
  reference([q, k, v, out, lse], ints, floats) {
    forEachQuery(ints, floats, q!, k!, ({ qAt, vAt, outAt, lseAt, scores }) => {
      const largest = Math.max(...scores);
      const sum = scores.reduce((total, score) => total + Math.exp(score - largest), 0);
      lse![lseAt] = largest + Math.log(sum);
      for (let d = 0; d < ints[5]!; d++) {
        let value = 0;
        for (const [j, score] of scores.entries()) value += (Math.exp(score - largest) / sum) * v![vAt(j) + d]!;
        out![outAt + d] = value;
      }
      return qAt;
    });
  },
};

export const attentionGrad: Routine<Attributes> = {
  infer(inputs, attributes) {
    const [q, k, v, out, lse, dout] = inputs as [TensorType, TensorType, TensorType, TensorType, TensorType, TensorType];
    const [outType, lseType] = inferForward('attention_grad', [q, k, v], attributes);
    const fits = hasType(out, 'fp32', outType.shape) && hasType(lse, 'fp32', lseType.shape) && hasType(dout, 'fp32', outType.shape);
    if (!fits) throw shapeError('attention_grad', 'results do not fit the operands', [outType.shape, out.shape, lse.shape, dout.shape]);
    return [q, k, v].map(({ dtype, shape }) => ({ dtype, shape }));
  },
  accepts: acceptsStrides,
  buffers: (inputs, outputs) => [...inputs, ...outputs],
  arguments: kernelArguments,
  reference([q, k, v, out, lse, dout, dq, dk, dv], ints, floats) {
    const [B, Tq, Tk, H, Hkv, D] = ints as [number, number, number, number, number, number];
    const scale = floats[0]!;
    // Sums over queries are kept apart from the results, which may be fp32.
    const sums = { q: new Float64Array(B * Tq * H * D), k: new Float64Array(B * Tk * Hkv * D), v: new Float64Array(B * Tk * Hkv * D) };
    forEachQuery(ints, floats, q!, k!, ({ qAt, kAt, vAt, outAt, lseAt, keyAt, scores }) => {
      let delta = 0;
      for (let d = 0; d < D; d++) delta += dout![outAt + d]! * out![outAt + d]!;
      for (const [j, score] of scores.entries()) {
        const probability = Math.exp(score - lse![lseAt]!);
        let dp = 0;
        for (let d = 0; d < D; d++) dp += dout![outAt + d]! * v![vAt(j) + d]!;
        const ds = probability * (dp - delta) * scale;
        for (let d = 0; d < D; d++) {
          sums.q[outAt + d]! += ds * k![kAt(j) + d]!;
          sums.k[keyAt(j) + d]! += ds * q![qAt + d]!;
          sums.v[keyAt(j) + d]! += probability * dout![outAt + d]!;
        }
      }
    });
    for (const [result, values] of [
      [dq!, sums.q],
      [dk!, sums.k],
      [dv!, sums.v],
    ] as const)
      for (let i = 0; i < values.length; i++) result[i] = values[i]!;
  },
};

interface Query {
  /** Places of this query, of its keys and values, and of what belongs to it in contiguous results. */
  qAt: number;
  kAt(j: number): number;
  vAt(j: number): number;
  keyAt(j: number): number;
  outAt: number;
  lseAt: number;
  /** scale q . k for each key that the query sees. */
  scores: number[];
}

function forEachQuery(ints: readonly number[], [scale]: readonly number[], q: Elements, k: Elements, visit: (query: Query) => void): void {
  const [B, Tq, Tk, H, Hkv, D, causal, qB, qT, qH, kB, kT, kH, vB, vT, vH] = ints as [
    ...[number, number, number, number, number, number, number],
    ...[number, number, number, number, number, number, number, number, number],
  ];
  for (let b = 0; b < B; b++)
    for (let i = 0; i < Tq; i++)
      for (let h = 0; h < H; h++) {
        const g = Math.floor((h * Hkv) / H);
        const qAt = b * qB + i * qT + h * qH;
        const kAt = (j: number) => b * kB + j * kT + g * kH;
        const scores = Array.from({ length: causal ? i + 1 + Tk - Tq : Tk }, (_, j) => {
          let score = 0;
          for (let d = 0; d < D; d++) score += q[qAt + d]! * k[kAt(j) + d]!;
          return score * scale!;
        });
        visit({
          qAt,
          kAt,
          vAt: (j) => b * vB + j * vT + g * vH,
          keyAt: (j) => ((b * Tk + j) * Hkv + g) * D,
          outAt: ((b * Tq + i) * H + h) * D,
          lseAt: (b * H + h) * Tq + i,
          scores,
        });
      }
}
