import type { Model } from '@massif/contracts';
import type { ModelsSearch } from './search.ts';

/** The models that a search asks for: every word of it is part of a name, an alias or the family. */
export function filterModels(models: readonly Model[], { search = '', trainable }: ModelsSearch): Model[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  return models.filter((model) => {
    const text = [model.name, model.family, ...model.aliases].join(' ').toLowerCase();
    return (!trainable || model.trainable) && words.every((word) => text.includes(word));
  });
}
