/**
 * GPT-2 (Radford et al. 2019) as transformers computes it: token and position embeddings, pre-normalised blocks of causal attention and an MLP, a final
 * normalisation and a head. Ports are named like the parameters.
 *
 * Shapes: B batch, T time, C hidden, F inner, H heads, D head size, V vocabulary, R rows whose logits are asked for.
 */
import {
  add,
  attention,
  call,
  embedding,
  fn,
  layernorm,
  matmul,
  reshape,
  slice,
  softmaxCrossEntropy,
  spec,
  split,
  sum,
} from '@massif/tensor';
import type { Fn, Node, TensorType } from '@massif/tensor';
import { activationKinds } from '../../config/activations.ts';
import type { Gpt2Config } from '../../config/gpt2.ts';
import { activations } from '../activations.ts';
import { blockParameters, blockPrefix, gpt2Parameters } from './parameters.ts';

export interface BatchShape {
  /** Samples. */
  batch: number;
  /** Tokens of each, at most the model's positions. */
  sequence: number;
}

type Parameters = Readonly<Record<string, Node<'fp32'>>>;

/** `tokens`, `targets` int32 [B, T] and the parameters -> `loss`: the sum of the cross-entropies, in nats, over the targets that are not negative. */
export function gpt2Loss(config: Gpt2Config, shape: BatchShape): Fn {
  const { batch: B, sequence: T } = shape;
  const inputs = { tokens: spec('int32', [B, T]), targets: spec('int32', [B, T]), ...portsOf(gpt2Parameters(config)) };
  return fn(`gpt2_loss_${B}x${T}`, inputs, (ports) => {
    const { tokens, targets, ...parameters } = ports as Parameters & { tokens: Node<'int32'>; targets: Node<'int32'> };
    const x_BTC = body(config, shape, { tokens, parameters });
    const { loss } = softmaxCrossEntropy(head(config, x_BTC, parameters), targets);
    return { loss: sum(loss) };
  }) as Fn;
}

/** `tokens` int32 [B, T], `rows` int32 [R] (b T + t) and the parameters -> `logits` [R, V]: what follows those tokens. */
export function gpt2Logits(config: Gpt2Config, shape: BatchShape & { rows: number }): Fn {
  const { batch: B, sequence: T, rows: R } = shape;
  const inputs = { tokens: spec('int32', [B, T]), rows: spec('int32', [R]), ...portsOf(gpt2Parameters(config)) };
  return fn(`gpt2_logits_${B}x${T}`, inputs, (ports) => {
    const { tokens, rows, ...parameters } = ports as Parameters & { tokens: Node<'int32'>; rows: Node<'int32'> };
    const x_BTC = body(config, shape, { tokens, parameters });
    return { logits: head(config, embedding(reshape(x_BTC, [B * T, config.hidden]), rows), parameters) };
  }) as Fn;
}

/** Everything below the head: [B, T, C]. */
function body(
  config: Gpt2Config,
  { batch: B, sequence: T }: BatchShape,
  input: { tokens: Node<'int32'>; parameters: Parameters },
): Node<'fp32'> {
  const { hidden: C, layers, layerNormEpsilon: eps } = config;
  const { tokens, parameters } = input;
  const wpe_TC = slice(parameters['transformer.wpe.weight']!, { axis: 0, start: 0, end: T });
  let x_BTC = add(embedding(parameters['transformer.wte.weight']!, tokens), reshape(wpe_TC, [1, T, C]));
  // Layers of one scale are calls of one Fn, which is scheduled and differentiated once.
  const blocks = new Map<number, Fn>();
  for (let layer = 0; layer < layers; layer++) {
    const scale = attentionScale(config, layer);
    const block = blocks.get(scale) ?? gpt2Block(config, { batch: B, sequence: T }, scale);
    blocks.set(scale, block);
    const own = blockParameters(config).map(({ name }) => [name, parameters[`${blockPrefix(layer)}${name}`]!] as const);
    x_BTC = call(block, { x: x_BTC, ...Object.fromEntries(own) })['out'] as Node<'fp32'>;
  }
  return layernorm(x_BTC, parameters['transformer.ln_f.weight']!, parameters['transformer.ln_f.bias']!, { eps }).y;
}

/** [.., C] -> logits [.., V]. */
const head = (config: Gpt2Config, x: Node<'fp32'>, parameters: Parameters): Node<'fp32'> =>
  matmul(x, parameters[config.tied ? 'transformer.wte.weight' : 'lm_head.weight']!, { transposeB: true });

/** What scores are multiplied with in a layer. */
function attentionScale({ hidden, heads, scaleAttentionWeights, scaleAttentionByInverseLayer }: Gpt2Config, layer: number): number {
  const bySize = scaleAttentionWeights ? 1 / Math.sqrt(hidden / heads) : 1;
  return scaleAttentionByInverseLayer ? bySize / (layer + 1) : bySize;
}

/** `x` [B, T, C] and a layer's parameters -> `out` [B, T, C]. */
function gpt2Block(config: Gpt2Config, { batch: B, sequence: T }: BatchShape, scale: number): Fn {
  const { hidden: C, heads: H, layerNormEpsilon: eps } = config;
  const activation = activations[activationKinds[config.activation]];
  const inputs: Record<string, TensorType<'fp32'>> = { x: spec('fp32', [B, T, C]), ...portsOf(blockParameters(config)) };
  return fn('gpt2_block', inputs, ({ x: x_BTC, ...p }) => {
    const linear = (input: Node<'fp32'>, name: string) => matmul(input, p[`${name}.weight`]!, { bias: p[`${name}.bias`]! });
    const normalised = (input: Node<'fp32'>, name: string) => layernorm(input, p[`${name}.weight`]!, p[`${name}.bias`]!, { eps }).y;

    const qkv = split(linear(normalised(x_BTC!, 'ln_1'), 'attn.c_attn'), { axis: 2, parts: 3 });
    const [q_BTHD, k_BTHD, v_BTHD] = qkv.map((part) => reshape(part, [B, T, H, C / H]));
    const { out: mixed_BTHD } = attention(q_BTHD!, k_BTHD!, v_BTHD!, { causal: true, scale });
    const middle_BTC = add(x_BTC!, linear(reshape(mixed_BTHD, [B, T, C]), 'attn.c_proj'));

    const h_BTF = activation(linear(normalised(middle_BTC, 'ln_2'), 'mlp.c_fc'));
    return { out: add(middle_BTC, linear(h_BTF, 'mlp.c_proj')) };
  }) as Fn;
}

const portsOf = (parameters: readonly { name: string; shape: readonly number[] }[]): Record<string, TensorType<'fp32'>> =>
  Object.fromEntries(parameters.map(({ name, shape }) => [name, spec('fp32', shape)]));
