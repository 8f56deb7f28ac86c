import { invalid, notSupported } from '../errors.ts';
import { type ActivationName, activationKinds, isActivationName } from './activations.ts';
import { fieldReader, type JsonObject, show } from './fields.ts';

/** A GPT-2-type model: learned positions, pre-normalisation, one causal attention and one MLP per layer. */
export interface Gpt2Config {
  modelType: 'gpt2';
  vocabSize: number;
  /** The longest sequence: rows of the position embedding. */
  positions: number;
  /** Width of the residual stream (`n_embd`), a multiple of `heads`. */
  hidden: number;
  layers: number;
  heads: number;
  /** Width of the MLP's hidden layer (`n_inner`; 4 x hidden when null). */
  inner: number;
  activation: ActivationName;
  layerNormEpsilon: number;
  /** Scores are divided by sqrt(head size). */
  scaleAttentionWeights: boolean;
  /** Scores of layer i are further divided by i + 1. */
  scaleAttentionByInverseLayer: boolean;
  /** Kept for export; in fp32 it does not change the result. */
  reorderAndUpcastAttention: boolean;
  /** The head reuses the token embedding. */
  tied: boolean;
  initializerRange: number;
  bosTokenId: number | null;
  eosTokenId: number | null;
}

/** GPT2Config.attribute_map of transformers: own name -> generic name. */
const aliases = {
  n_embd: 'hidden_size',
  n_positions: 'max_position_embeddings',
  n_head: 'num_attention_heads',
  n_layer: 'num_hidden_layers',
};

/** Bounds every size, so that products of two of them stay exact integers. */
const SIZE_MAX = 2 ** 26 - 1;

/** Fields that change the result when set and are not built: name -> the values that mean "off". */
const mustBeOff: Readonly<Record<string, readonly unknown[]>> = {
  add_cross_attention: [false],
  is_encoder_decoder: [false],
  quantization_config: [],
  pruned_heads: [],
};

const architectures = ['GPT2LMHeadModel', 'GPT2Model'];

/** GPT2Config of transformers 4 and 5, defaults included. Throws ModelError naming the field. */
export function parseGpt2Config(json: JsonObject): Gpt2Config {
  refuseWhatIsNotBuilt(json);
  const read = fieldReader(json, aliases);
  const size = (name: string, defaultValue: number) => read.integer(name, { default: defaultValue, min: 1, max: SIZE_MAX });
  const hidden = size('n_embd', 768);
  const heads = size('n_head', 12);
  if (hidden % heads !== 0) throw invalid('n_head', `n_embd (${hidden}) must be a multiple of n_head (${heads})`);
  const vocabSize = size('vocab_size', 50257);
  const activation = read.string('activation_function', { default: 'gelu_new' });
  if (!isActivationName(activation))
    throw notSupported('activation_function', `${show(activation)} is not built; supported: ${Object.keys(activationKinds).join(', ')}`);
  return {
    modelType: 'gpt2',
    vocabSize,
    positions: size('n_positions', 1024),
    hidden,
    layers: size('n_layer', 12),
    heads,
    inner: size('n_inner', 4 * hidden),
    activation,
    layerNormEpsilon: read.number('layer_norm_epsilon', { default: 1e-5, min: 0, exclusive: true }),
    scaleAttentionWeights: read.boolean('scale_attn_weights', { default: true }),
    scaleAttentionByInverseLayer: read.boolean('scale_attn_by_inverse_layer_idx', { default: false }),
    reorderAndUpcastAttention: read.boolean('reorder_and_upcast_attn', { default: false }),
    tied: read.boolean('tie_word_embeddings', { default: true }),
    initializerRange: read.number('initializer_range', { default: 0.02, min: 0 }),
    bosTokenId: specialToken(json, 'bos_token_id', vocabSize),
    eosTokenId: specialToken(json, 'eos_token_id', vocabSize),
  };
}

function refuseWhatIsNotBuilt(json: JsonObject): void {
  for (const [field, off] of Object.entries(mustBeOff)) {
    const value = json[field];
    const empty = value === undefined || value === null || (typeof value === 'object' && Object.keys(value).length === 0);
    if (!empty && !off.includes(value)) throw notSupported(field, `${show(value)} is not built`);
  }
  const named = json['architectures'];
  if (named === undefined || named === null) return;
  if (!Array.isArray(named)) throw invalid('architectures', `must be a list of class names, got ${show(named)}`);
  for (const name of named)
    if (!architectures.includes(name))
      throw notSupported('architectures', `${show(name)} is not built; supported: ${architectures.join(', ')}`);
}

/** transformers defaults both to 50256; an id outside the vocabulary can never be produced and reads as none. A list of ends keeps its first. */
function specialToken(json: JsonObject, field: string, vocabSize: number): number | null {
  let value = json[field] === undefined ? 50256 : json[field];
  if (Array.isArray(value) && value.length > 0) value = value[0];
  if (value === null) return null;
  if (typeof value !== 'number' || !Number.isSafeInteger(value))
    throw invalid(field, `must be an integer or null, got ${show(json[field])}`);
  return value >= 0 && value < vocabSize ? value : null;
}

/**
 * The `config.json` that transformers 4 and 5 both load. `torch_dtype` is transformers 4's name for what 5 calls `dtype`; each ignores the other.
 */
export function formatGpt2Config(config: Gpt2Config): Record<string, unknown> {
  return {
    architectures: ['GPT2LMHeadModel'],
    model_type: 'gpt2',
    vocab_size: config.vocabSize,
    n_positions: config.positions,
    n_ctx: config.positions,
    n_embd: config.hidden,
    n_layer: config.layers,
    n_head: config.heads,
    n_inner: config.inner === 4 * config.hidden ? null : config.inner,
    activation_function: config.activation,
    layer_norm_epsilon: config.layerNormEpsilon,
    scale_attn_weights: config.scaleAttentionWeights,
    scale_attn_by_inverse_layer_idx: config.scaleAttentionByInverseLayer,
    reorder_and_upcast_attn: config.reorderAndUpcastAttention,
    tie_word_embeddings: config.tied,
    initializer_range: config.initializerRange,
    attn_pdrop: 0,
    embd_pdrop: 0,
    resid_pdrop: 0,
    bos_token_id: config.bosTokenId,
    eos_token_id: config.eosTokenId,
    use_cache: true,
    dtype: 'float32',
    torch_dtype: 'float32',
  };
}
