import type { Gpt2Config } from '../../config/gpt2.ts';
import type { ParameterSpec } from '../parameters.ts';

/** Rows of a table in the order in which transformers lists a model's weights. Weights of projections are [in, out] (Conv1D), that of an untied head [out, in]. */
export function gpt2Parameters(config: Gpt2Config): ParameterSpec[] {
  const { hidden: C, vocabSize: V, positions: P, layers, initializerRange } = config;
  return [
    weight('transformer.wte.weight', [V, C], initializerRange),
    weight('transformer.wpe.weight', [P, C], initializerRange),
    ...Array.from({ length: layers }, (_, layer) =>
      blockParameters(config).map((parameter) => ({ ...parameter, name: `${blockPrefix(layer)}${parameter.name}` })),
    ).flat(),
    scale('transformer.ln_f.weight', C),
    bias('transformer.ln_f.bias', C),
    ...(config.tied ? [] : [weight('lm_head.weight', [V, C], initializerRange)]),
  ];
}

/** The parameters of one layer, without its prefix. */
export function blockParameters({ hidden: C, inner: F, layers, initializerRange }: Gpt2Config): ParameterSpec[] {
  // transformers scales what is added to the residual stream by 1 / sqrt(number of additions).
  const residual = initializerRange / Math.sqrt(2 * layers);
  return [
    scale('ln_1.weight', C),
    bias('ln_1.bias', C),
    weight('attn.c_attn.weight', [C, 3 * C], initializerRange),
    bias('attn.c_attn.bias', 3 * C),
    weight('attn.c_proj.weight', [C, C], residual),
    bias('attn.c_proj.bias', C),
    scale('ln_2.weight', C),
    bias('ln_2.bias', C),
    weight('mlp.c_fc.weight', [C, F], initializerRange),
    bias('mlp.c_fc.bias', F),
    weight('mlp.c_proj.weight', [F, C], residual),
    bias('mlp.c_proj.bias', C),
  ];
}

/** What stands before the names of a layer's parameters. */
export const blockPrefix = (layer: number): string => `transformer.h.${layer}.`;

const weight = (name: string, shape: readonly number[], standardDeviation: number): ParameterSpec => ({
  name,
  shape,
  decay: true,
  initial: { kind: 'normal', standardDeviation },
});
const bias = (name: string, size: number): ParameterSpec => ({ name, shape: [size], decay: false, initial: { kind: 'zeros' } });
const scale = (name: string, size: number): ParameterSpec => ({ name, shape: [size], decay: false, initial: { kind: 'ones' } });

/** Buffers that older files carry: the causal mask and its fill value. */
export const gpt2Ignored = /^h\.\d+\.attn\.(?:bias|masked_bias)$/;

/** Files of the base model leave this prefix out. */
export const GPT2_PREFIX = 'transformer.';
