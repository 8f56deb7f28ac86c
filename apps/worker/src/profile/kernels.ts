/** What is measured of a device, as functions of the engine: the kernels are those that training runs. */
import { add, attention, differentiate, fn, geluTanh, matmul, spec, type Fn } from '@massif/tensor';

/** A product as the three that training makes of it: forward, gradient of the data, gradient of the weights. Each does 2 m n k operations. */
export function products({ m, n, k }: { m: number; n: number; k: number }): Fn[] {
  const product = (name: string, a: number[], b: number[], options: { transposeA?: boolean; transposeB?: boolean }): Fn =>
    fn(name, { a: spec('fp32', a), b: spec('fp32', b) }, (operands) => ({ out: matmul(operands.a, operands.b, options) }));
  return [
    product('forward', [m, k], [k, n], {}),
    product('data_gradient', [m, k], [n, k], { transposeB: true }),
    product('weight_gradient', [k, m], [k, n], { transposeA: true }),
  ];
}

/** Causal attention of one sample, forward and backward; `heads` x `sequence` x `headSize`. */
export function attentions({ heads, sequence, headSize }: { heads: number; sequence: number; headSize: number }): {
  forward: Fn;
  backward: Fn;
} {
  const operand = spec('fp32', [1, sequence, heads, headSize]);
  const whole = fn('attention', { q: operand, k: operand, v: operand }, ({ q, k, v }) => ({
    out: attention(q, k, v, { causal: true }).out,
  }));
  return differentiate(whole, { wrt: ['q', 'k', 'v'] });
}

/** The element-wise sum of two tensors of `elements` each: three times that many are moved. */
export function sum(elements: number): Fn {
  return fn('sum', { x: spec('fp32', [elements]), y: spec('fp32', [elements]) }, ({ x, y }) => ({ out: add(x, y) }));
}

/** GELU of `elements` elements: twice that many are moved. */
export function activation(elements: number): Fn {
  return fn('activation', { x: spec('fp32', [elements]) }, ({ x }) => ({ out: geluTanh(x) }));
}
