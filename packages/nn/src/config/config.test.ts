import { expect, test } from 'vitest';
import { ModelError } from '../errors.ts';
import { formatGpt2Config } from './gpt2.ts';
import { parseModelConfig } from './parse.ts';

const failure = (json: unknown): ModelError => {
  try {
    parseModelConfig(json);
  } catch (error) {
    if (error instanceof ModelError) return error;
    throw error;
  }
  throw new Error('was accepted');
};

test('missing fields take the defaults of transformers', () => {
  expect(parseModelConfig({ model_type: 'gpt2' })).toEqual({
    modelType: 'gpt2',
    vocabSize: 50257,
    positions: 1024,
    hidden: 768,
    layers: 12,
    heads: 12,
    inner: 3072,
    activation: 'gelu_new',
    layerNormEpsilon: 1e-5,
    scaleAttentionWeights: true,
    scaleAttentionByInverseLayer: false,
    reorderAndUpcastAttention: false,
    tied: true,
    initializerRange: 0.02,
    bosTokenId: 50256,
    eosTokenId: 50256,
  });
});

test('generic names are read, and the model’s own name wins', () => {
  const config = parseModelConfig({
    model_type: 'gpt2',
    hidden_size: 30,
    num_attention_heads: 3,
    num_hidden_layers: 2,
    max_position_embeddings: 9,
    n_layer: 4,
  });
  expect(config).toMatchObject({ hidden: 30, heads: 3, layers: 4, positions: 9, inner: 120 });
});

test('dropout fields and unknown harmless fields are ignored, null reads as absent', () => {
  const config = parseModelConfig({
    model_type: 'gpt2',
    attn_pdrop: 0.1,
    resid_pdrop: 'x',
    n_inner: null,
    use_cache: true,
    torch_dtype: 'bfloat16',
    pruned_heads: {},
    quantization_config: null,
  });
  expect(config.inner).toBe(3072);
});

test('special tokens outside the vocabulary read as none', () => {
  expect(parseModelConfig({ model_type: 'gpt2', vocab_size: 37 })).toMatchObject({ bosTokenId: null, eosTokenId: null });
  expect(parseModelConfig({ model_type: 'gpt2', vocab_size: 37, bos_token_id: 36, eos_token_id: [3, 4] })).toMatchObject({
    bosTokenId: 36,
    eosTokenId: 3,
  });
});

test.each([
  [{ model_type: 'mamba' }, 'model_type'],
  [{ model_type: 'toString' }, 'model_type'],
  [{ model_type: 'gpt2', add_cross_attention: true }, 'add_cross_attention'],
  [{ model_type: 'gpt2', activation_function: 'mish' }, 'activation_function'],
  [{ model_type: 'gpt2', pruned_heads: { 0: [1] } }, 'pruned_heads'],
  [{ model_type: 'gpt2', quantization_config: { bits: 4 } }, 'quantization_config'],
  [{ model_type: 'gpt2', architectures: ['GPT2ForSequenceClassification'] }, 'architectures'],
])('%j is not supported and names the field', (json, field) => {
  expect(failure(json)).toMatchObject({ code: 'not_supported', field });
});

test.each([
  [null, 'config'],
  [[], 'config'],
  [{}, 'model_type'],
  [{ model_type: 'gpt2', n_embd: 15, n_head: 4 }, 'n_head'],
  [{ model_type: 'gpt2', n_embd: '768' }, 'n_embd'],
  [{ model_type: 'gpt2', hidden_size: 1.5 }, 'hidden_size'],
  [{ model_type: 'gpt2', n_layer: 0 }, 'n_layer'],
  [{ model_type: 'gpt2', vocab_size: 2 ** 40 }, 'vocab_size'],
  [{ model_type: 'gpt2', layer_norm_epsilon: 0 }, 'layer_norm_epsilon'],
  [{ model_type: 'gpt2', layer_norm_epsilon: Number.NaN }, 'layer_norm_epsilon'],
  [{ model_type: 'gpt2', tie_word_embeddings: 'yes' }, 'tie_word_embeddings'],
  [{ model_type: 'gpt2', bos_token_id: 'x' }, 'bos_token_id'],
  [{ model_type: 'gpt2', architectures: 'GPT2LMHeadModel' }, 'architectures'],
])('%j is invalid and names the field', (json, field) => {
  expect(failure(json)).toMatchObject({ code: 'model_invalid', field });
});

test('what is written reads back the same', () => {
  const config = parseModelConfig({
    model_type: 'gpt2',
    vocab_size: 37,
    n_embd: 15,
    n_head: 3,
    n_inner: 22,
    tie_word_embeddings: false,
    activation_function: 'silu',
  });
  expect(parseModelConfig(formatGpt2Config(config))).toEqual(config);
});
