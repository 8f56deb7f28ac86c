import type { Model } from '@massif/contracts';
import { expect, it } from 'vitest';
import { filterModels } from './filter.ts';

const model = (name: string, trainable: boolean, aliases: string[] = []) => ({ name, trainable, aliases, family: 'gpt2' }) as Model;
const models = [
  model('gpt2', true, ['openai-community/gpt2']),
  model('gpt2-xl', true),
  model('llama-3.1-8b', false, ['meta-llama/Llama-3.1-8B']),
];
const names = (search: Parameters<typeof filterModels>[1]) => filterModels(models, search).map(({ name }) => name);

it('finds models by all words of a search, in names and aliases, whatever the case', () => {
  expect(names({})).toHaveLength(3);
  expect(names({ search: 'GPT2 xl' })).toEqual(['gpt2-xl']);
  expect(names({ search: 'meta-llama/llama-3.1' })).toEqual(['llama-3.1-8b']);
  expect(names({ search: 'llama', trainable: true })).toEqual([]);
  expect(names({ trainable: true })).toEqual(['gpt2', 'gpt2-xl']);
});
