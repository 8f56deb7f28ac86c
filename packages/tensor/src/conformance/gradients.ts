import { elementCount, isFloat } from '../graph/dtype.ts';
import { evaluateFn } from '../graph/evaluate.ts';
import type { Fn } from '../graph/fn.ts';
import { differentiate, type DifferentiateOptions } from '../autograd/differentiate.ts';
import type { Values } from './run.ts';

/** Gradients by the backward Fn, evaluated node by node in f64; `seeds` are the gradients of the outputs. */
export function evaluateGradients(
  fn: Fn,
  inputs: Values,
  { seeds, ...options }: DifferentiateOptions & { seeds: Values },
): Record<string, Float64Array> {
  const { forward, backward } = differentiate(fn, options);
  const known: Record<string, ArrayLike<number>> = { ...inputs, ...evaluateFn(forward, inputs), ...seeds };
  for (const { name, node } of backward.inputs) known[name] ??= new Float64Array(elementCount(node.shape));
  return evaluateFn(backward, known);
}

/** The same by central differences of the sum of outputs times seeds. */
export function centralDifferences(
  fn: Fn,
  inputs: Values,
  { wrt, seeds, step = 1e-5 }: { wrt: readonly string[]; seeds: Values; step?: number },
) {
  const objective = (changed: Values): number => {
    const outputs = evaluateFn(fn, changed);
    let total = 0;
    for (const { name, node } of fn.outputs) {
      const seed = seeds[`d:${name}`];
      if (seed && isFloat(node.dtype)) for (let i = 0; i < seed.length; i++) total += seed[i]! * outputs[name]![i]!;
    }
    return total;
  };
  return Object.fromEntries(
    wrt.map((name) => {
      const gradient = Float64Array.from(inputs[name]!, (value, i) => {
        const at = (x: number) => objective({ ...inputs, [name]: Float64Array.from(inputs[name]!).with(i, x) });
        return (at(value + step) - at(value - step)) / (2 * step);
      });
      return [`d:${name}`, gradient];
    }),
  );
}
