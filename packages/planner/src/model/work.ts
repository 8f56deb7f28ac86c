import { fp32Bytes, type ModelShape } from './shape.ts';

/** One matrix product, `count` times in a micro-batch's forward and backward pass. */
export interface Gemm {
  name: string;
  m: number;
  n: number;
  k: number;
  count: number;
}

/** What one micro-batch makes a device do, forward and backward, in the units of a profile. */
export interface MicroBatchWork {
  gemms: Gemm[];
  /** Unmasked half of causal attention. The backward pass computes the scores once more than the gradients need. */
  attention: { forwardGflop: number; backwardGflop: number; backwardRecomputedGflop: number };
  /** Element-wise passes: bytes read and written by each, and how often it runs. */
  stream: { name: string; bytes: number; count: number }[];
  transcendental: { name: string; bytes: number; count: number }[];
}

/** Every product, attention and element-wise pass of a GPT-2 micro-batch of `samples` x `sequence` tokens. */
export function workOf(
  { layers, hidden: C, heads, inner: I, vocabulary: V }: ModelShape,
  { samples, sequence }: { samples: number; sequence: number },
): MicroBatchWork {
  const R = samples * sequence;
  // y[R,out] = x[R,in] W; dx[R,in] = dy W'; dW[in,out] = x' dy
  const linear = (name: string, input: number, output: number, count: number): Gemm[] => [
    { name: `${name} forward`, m: R, n: output, k: input, count },
    { name: `${name} data gradient`, m: R, n: input, k: output, count },
    { name: `${name} weight gradient`, m: input, n: output, k: R, count },
  ];
  const scoresGflop = (samples * heads * sequence * (sequence + 1) * (C / heads)) / 1e9;
  const pass = (name: string, elements: number, count: number) => ({ name, bytes: elements * fp32Bytes, count });
  return {
    gemms: [
      ...linear('query, key, value', C, 3 * C, layers),
      ...linear('attention output', C, C, layers),
      ...linear('feed-forward in', C, I, layers),
      ...linear('feed-forward out', I, C, layers),
      ...linear('logits', C, V, 1),
    ],
    // Forward: scores and values. Backward: gradients of values, probabilities, queries and keys; the scores again.
    attention: {
      forwardGflop: 2 * scoresGflop * layers,
      backwardGflop: 5 * scoresGflop * layers,
      backwardRecomputedGflop: scoresGflop * layers,
    },
    stream: [
      pass('layer norms', 2 * R * C, 2 * layers + 1),
      pass('layer norm gradients', 3 * R * C, 2 * layers + 1),
      pass('residual sums, forward and backward', 3 * R * C, 4 * layers),
      pass('embeddings and their gradients', 6 * R * C, 1),
    ],
    transcendental: [
      pass('activation', 2 * R * I, layers),
      pass('activation gradient', 3 * R * I, layers),
      pass('softmax', R * V, 1),
      pass('softmax gradient', 2 * R * V, 1),
    ],
  };
}

/** Operations that the model needs (for mfu), and those that the hardware does (for hfu); a multiply-add is two. */
export function gflopOf({ gemms, attention }: MicroBatchWork): { modelGflop: number; hardwareGflop: number } {
  const products = gemms.reduce((sum, { m, n, k, count }) => sum + (2 * m * n * k * count) / 1e9, 0);
  const hardwareGflop = products + attention.forwardGflop + attention.backwardGflop;
  return { modelGflop: hardwareGflop - attention.backwardRecomputedGflop, hardwareGflop };
}
