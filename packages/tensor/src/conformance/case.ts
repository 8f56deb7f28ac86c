import { elementCount, type TensorType } from '../graph/dtype.ts';
import type { Fn } from '../graph/fn.ts';
import { pseudoRandom } from './random.ts';
import type { Values } from './run.ts';

/** A Fn that every device must compute. */
export interface Case {
  name: string;
  fn: Fn;
  /** Inputs that must not be any number: the others are random in [-1, 1), integers 0 or 1. */
  inputs?: Values;
  /** Inputs to differentiate; none when left out. */
  wrt?: readonly string[];
  /** Errors are relative to each element, not to the largest of the tensor. */
  elementwise?: true;
  /** The tolerance in multiples of the device's. */
  factor?: number;
}

/** Random numbers for every input that the case does not give, representable in fp32. */
export function inputsOf({ fn, inputs = {} }: Case): Record<string, ArrayLike<number>> {
  return Object.fromEntries(fn.inputs.map(({ name, node }, i) => [name, inputs[name] ?? valuesFor(node, i + 1)]));
}

function valuesFor({ dtype, shape }: TensorType, seed: number): ArrayLike<number> {
  const values = pseudoRandom(elementCount(shape), seed);
  return dtype === 'int32' || dtype === 'bool' ? values.map((x) => (x > 0 ? 1 : 0)) : values;
}

/** Whole numbers in [0, size). */
export const wholeNumbers = (count: number, size: number, seed = 1): Float64Array =>
  pseudoRandom(count, seed).map((x) => Math.min(size - 1, Math.floor(((x + 1) / 2) * size)));
