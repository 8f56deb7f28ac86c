import type { ModelConfig } from '../config/parse.ts';
import { gpt2Parameters } from './gpt2/parameters.ts';
import { fillNormal } from '../random/stream.ts';

/** One trainable tensor of a model. */
export interface ParameterSpec {
  /** The Hugging Face name, for instance `transformer.h.0.attn.c_attn.weight`. */
  name: string;
  shape: readonly number[];
  /** Weight decay applies: two or more dimensions. */
  decay: boolean;
  initial: { kind: 'normal'; standardDeviation: number } | { kind: 'zeros' } | { kind: 'ones' };
}

/** The trainable tensors of a model in the order of its layers; a tied head has none of its own. */
export function modelParameters(config: ModelConfig): ParameterSpec[] {
  return gpt2Parameters(config);
}

export const elementCount = (shape: readonly number[]): number => shape.reduce((product, size) => product * size, 1);

/**
 * Elements [start, start + out.length) of a parameter's initial value. A function of (seed, name, index) only: every layout starts from the same weights.
 */
export function initialise(parameter: ParameterSpec, options: { seed: number; out: Float32Array; start?: number }): void {
  const { seed, out, start = 0 } = options;
  const { initial } = parameter;
  switch (initial.kind) {
    case 'normal':
      fillNormal(out, { seed, name: parameter.name, standardDeviation: initial.standardDeviation, start });
      return;
    case 'zeros':
      out.fill(0);
      return;
    case 'ones':
      out.fill(1);
      return;
    default:
      initial satisfies never;
  }
}
