import { AppError, type Model } from '@massif/contracts';
import rows from './data/models.json' with { type: 'json' };
import { lookup } from './lookup.ts';
import type { ModelEntry } from './schema.ts';

/** Every known model; the small ones of our own come first. */
export const models: readonly ModelEntry[] = rows;

/**
 * A model by name or alias, whatever its case: `gpt2`, `GPT2-124M`.
 * @throws AppError `model_not_found` with the nearest name
 */
export function findModel(name: string): ModelEntry {
  return lookup({ entries: models, name, noun: 'model', code: 'model_not_found', path: 'model.preset' });
}

/** Families whose models are of the GPT-2 type: learned positions, pre-normalisation, one GELU MLP per layer. */
const gpt2Families = new Set(['GPT-2', 'GPT-3', 'Megatron GPT']);

/** Id of the end of text in GPT-2's vocabulary. */
const endOfText = 50256;

/**
 * The Hugging Face `config.json` of a catalogue model. GPT-3's alternating sparse attention is taken as dense.
 * @throws AppError `model_not_found`; `not_supported` for families that this version does not train
 */
export function modelConfig(name: string): Record<string, unknown> {
  const { name: fullName, family, layers, heads, hidden, ffn, vocabulary, sequence, tied } = findModel(name);
  const refuse = (why: string) =>
    new AppError('not_supported', `model.preset: ${fullName} ${why}`, {
      errors: [{ path: 'model.preset', message: `${fullName} ${why}`, fix: 'use a model of the GPT-2 type, such as gpt2' }],
    });
  if (!gpt2Families.has(family)) throw refuse(`is of the family ${family}, which this version does not train`);
  if (hidden % heads !== 0) throw refuse(`has ${heads} heads that do not divide its width of ${hidden}, as published`);
  const special = vocabulary > endOfText ? endOfText : null;
  return {
    architectures: ['GPT2LMHeadModel'],
    model_type: 'gpt2',
    vocab_size: vocabulary,
    n_positions: sequence,
    n_embd: hidden,
    n_layer: layers,
    n_head: heads,
    n_inner: ffn === 4 * hidden ? null : ffn,
    activation_function: 'gelu_new',
    layer_norm_epsilon: 1e-5,
    tie_word_embeddings: tied,
    bos_token_id: special,
    eos_token_id: special,
  };
}

/** Whether this version trains a model of the catalogue. */
export function isTrainable({ family, hidden, heads }: ModelEntry): boolean {
  return gpt2Families.has(family) && hidden % heads === 0;
}

/** A model as the REST API shows it. */
export function toModelResource(entry: ModelEntry): Model {
  const { name, aliases, family, layers, hidden, heads, vocabulary, sequence, parametersB, activeParametersB, source } = entry;
  return {
    name,
    aliases: [...aliases],
    family,
    parameters: Math.round(parametersB * 1e9),
    activeParameters: Math.round(activeParametersB * 1e9),
    layers,
    hidden,
    heads,
    vocabulary,
    sequence,
    trainable: isTrainable(entry),
    source,
  };
}
