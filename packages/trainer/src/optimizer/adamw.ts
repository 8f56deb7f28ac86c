import { add, broadcastTo, div, fn, mul, slice, spec, sqrt, sub, type Fn, type Node } from '@massif/tensor';
import { hyperSlots, type AdamWSettings } from '../step/hyper.ts';

/**
 * AdamW with bias correction and decoupled decay (Loshchilov & Hutter 2019) over `length` elements of the flat buffers, in place:
 *
 *     g = clip gradients;  m = b1 m + (1 - b1) g;  v = b2 v + (1 - b2) g^2
 *     p = p (1 - lr decay) - lr (m / (1 - b1^t)) / (sqrt(v / (1 - b2^t)) + eps)
 *
 * Inputs `parameters`, `firstMoment`, `secondMoment` (taken over by the outputs `new:*`), `gradients`, and `hyper`, the scalars of `hyperVector`.
 */
export function adamwFn(length: number, { betas, eps, weightDecay }: AdamWSettings): Fn {
  const flat = spec('fp32', [length]);
  const inputs = { parameters: flat, gradients: flat, firstMoment: flat, secondMoment: flat, hyper: spec('fp32', [hyperSlots.length]) };
  return fn(
    'adamw',
    inputs,
    ({ parameters, gradients, firstMoment, secondMoment, hyper }) => {
      const scalar = (slot: (typeof hyperSlots)[number]): Node<'fp32'> => {
        const start = hyperSlots.indexOf(slot);
        return broadcastTo(slice(hyper, { axis: 0, start, end: start + 1 }), [length]);
      };
      const [learningRate, gradient] = [scalar('learningRate'), mul(gradients, scalar('clipFactor'))];
      const m = add(mul(firstMoment, betas[0]), mul(gradient, 1 - betas[0]));
      const v = add(mul(secondMoment, betas[1]), mul(mul(gradient, gradient), 1 - betas[1]));
      const step = div(div(m, scalar('biasCorrection1')), add(sqrt(div(v, scalar('biasCorrection2'))), eps));
      const decayed = weightDecay === 0 ? parameters : mul(parameters, sub(1, mul(learningRate, weightDecay)));
      return { 'new:parameters': sub(decayed, mul(learningRate, step)), 'new:firstMoment': m, 'new:secondMoment': v };
    },
    { donates: { 'new:parameters': 'parameters', 'new:firstMoment': 'firstMoment', 'new:secondMoment': 'secondMoment' } },
  ) as Fn;
}
