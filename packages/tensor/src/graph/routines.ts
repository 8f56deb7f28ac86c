import { TensorError } from '../errors.ts';
import { routineOf } from '../routines/table.ts';
import type { RoutineAttributes, RoutineCall, RoutineName } from '../routines/contract.ts';
import type { Dtype, FloatDtype } from './dtype.ts';
import { outputOf } from './fn.ts';
import { reshape } from './movement.ts';
import type { Node } from './node.ts';

/** A routine's node and its results. The shapes are those of the contract in routines/. */
export function routine<R extends RoutineName>(name: R, inputs: readonly Node[], attributes: RoutineAttributes[R]): Node[] {
  const outputs = routineOf(name).infer(inputs, attributes);
  const [first] = outputs;
  const [source] = inputs;
  if (!first || !source) throw new TensorError('invalid_argument', `${name}: operands are missing`);
  const node = source.graph.node({ op: 'routine', ...first, src: inputs, arg: { routine: name, attributes } as RoutineCall });
  return outputs.map((type, index) => outputOf(node, index, type));
}

export interface MatmulOptions<D extends Dtype> {
  /** `a` is [.., K, M]. */
  transposeA?: boolean;
  /** `b` is [.., N, K]. */
  transposeB?: boolean;
  /** [N], added to every row. */
  bias?: Node<D>;
  /** [.., M, N], which the product is added to; its memory may be taken over. */
  into?: Node<D>;
}

/** Matrix product of a [.., M, K] and b [.., K, N] or [K, N]: [.., M, N]. */
export function matmul<D extends FloatDtype>(a: Node<D>, b: Node<D>, options: MatmulOptions<D> = {}): Node<D> {
  const { transposeA = false, transposeB = false, bias, into } = options;
  const src = [a, b, ...(bias ? [bias] : []), ...(into ? [into] : [])];
  return routine('matmul', src, { transposeA, transposeB, bias: bias !== undefined, accumulate: into !== undefined })[0] as Node<D>;
}

/**
 * Softmax attention of q [B, Tq, H, D] over k, v [B, Tk, Hkv, D], where H is a multiple of Hkv: out [B, Tq, H, D] and
 * lse [B, H, Tq], the logarithm of the softmax's denominator. Causal: query i sees keys j <= i + (Tk - Tq). `scale` is 1 / sqrt(D) when left out.
 */
export function attention(
  q: Node<'fp32'>,
  k: Node<'fp32'>,
  v: Node<'fp32'>,
  options: { causal: boolean; scale?: number },
): { out: Node<'fp32'>; lse: Node<'fp32'> } {
  const { causal, scale = 1 / Math.sqrt(q.shape[3] ?? 1) } = options;
  const [out, lse] = routine('attention', [q, k, v], { causal, scale }) as [Node<'fp32'>, Node<'fp32'>];
  return { out, lse };
}

/** Normalises rows x [.., C] to mean 0 and variance 1, then scales by gamma [C] and shifts by beta [C]. mean and rstd are [..]. */
export function layernorm(x: Node<'fp32'>, gamma: Node<'fp32'>, beta: Node<'fp32'>, options: { eps: number }) {
  const [y, mean, rstd] = routine('layernorm', [x, gamma, beta], { eps: options.eps }) as [Node<'fp32'>, Node<'fp32'>, Node<'fp32'>];
  return { y, mean, rstd };
}

/** Cross-entropy in nats of logits [.., V] against targets [..]: loss [..], 0 where the target is negative; lse [..] is the log of the softmax's denominator. */
export function softmaxCrossEntropy(logits: Node<'fp32'>, targets: Node<'int32'>): { loss: Node<'fp32'>; lse: Node<'fp32'> } {
  const rows = reshape(logits, [-1, logits.shape[logits.shape.length - 1] ?? 1]);
  const [loss, lse] = routine('softmax_cross_entropy', [rows, reshape(targets, [-1])], {}) as [Node<'fp32'>, Node<'fp32'>];
  return { loss: reshape(loss, targets.shape), lse: reshape(lse, targets.shape) };
}

/** Rows of table [V, C] by ids [..]: [.., C]. Ids are in [0, V). */
export function embedding(table: Node<'fp32'>, ids: Node<'int32'>): Node<'fp32'> {
  return routine('embedding', [table, ids], {})[0] as Node<'fp32'>;
}
