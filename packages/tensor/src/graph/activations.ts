import type { FloatDtype } from './dtype.ts';
import { add, div, erf, exp, less, maximum, mul, neg, randomUniform, reciprocal, tanh, where } from './elementwise.ts';
import type { Node, Operand } from './node.ts';

type Unary = <D extends FloatDtype>(x: Node<D>) => Node<D>;

/** x Phi(x) = x/2 (1 + erf(x / sqrt 2)): Hugging Face "gelu". */
export const gelu: Unary = (x) => mul(mul(x, 0.5), add(erf(mul(x, Math.SQRT1_2)), 1));

/** x/2 (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3))): Hugging Face "gelu_new". */
export const geluTanh: Unary = (x) => {
  const inner = mul(mul(x, Math.sqrt(2 / Math.PI)), add(mul(mul(x, x), 0.044715), 1));
  return mul(mul(x, 0.5), add(tanh(inner), 1));
};

/** 1 / (1 + exp(-x)) */
export const sigmoid: Unary = (x) => reciprocal(add(exp(neg(x)), 1));

/** x sigmoid(x) */
export const silu: Unary = (x) => div(x, add(exp(neg(x)), 1));

export const relu: Unary = (x) => maximum(x, 0);

/**
 * Zeroes each element with the given probability and scales the others by 1 / (1 - probability). The mask is a function of
 * (key, offset + index): it is drawn again in the backward pass, not kept.
 */
export function dropout(x: Node<'fp32'>, options: { probability: number; key: Node<'int32'>; offset?: Operand<'int32'> }): Node<'fp32'> {
  const { probability, key, offset = 0 } = options;
  if (probability === 0) return x;
  return where(less(randomUniform(key, x.shape, { offset }), probability), 0, mul(x, 1 / (1 - probability)));
}
