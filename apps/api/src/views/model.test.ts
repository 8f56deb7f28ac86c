import { describe, expect, it } from 'vitest';
import { modelParameters, modelWord } from './model.ts';

const sizes = { n_layer: 24, n_embd: 2048, n_head: 32, n_positions: 2048, vocab_size: 50_257 };

describe('a model in a list of jobs', () => {
  it.each([
    ['a preset', { preset: 'gpt2-medium' }, 'gpt2-medium', 355_000_000],
    ['sizes', { config: { model_type: 'gpt2', ...sizes } }, 'gpt2', 1_315_723_264],
    ['a type that has no plan', { config: { model_type: 'mamba', ...sizes } }, 'mamba', null],
    ['sizes that cannot be', { config: { model_type: 'gpt2', n_layer: 2 ** 26 - 1, n_embd: 2 ** 26 - 2, n_head: 1 } }, 'gpt2', null],
    ['a preset that is gone', { preset: 'gpt2-of-old' }, 'gpt2-of-old', null],
    ['a directory', { path: '/models/mine' }, 'mine', null],
    ['that of a job', { job: 'job_01J9ZQ6T8W3V5X7Y9A1B2C3D4E' }, 'job_01J9ZQ6T8W3V5X7Y9A1B2C3D4E', null],
  ])('has a word and its size where that is said: %s', (_, model, word, parameters) => {
    expect([modelWord(model), modelParameters(model)]).toEqual([word, parameters]);
  });
});
