import { textOf, type RawSearch } from '../../api/search.ts';

export interface ModelsSearch {
  search?: string | undefined;
  trainable?: boolean | undefined;
}

export function parseModelsSearch(search: RawSearch): ModelsSearch {
  return { search: textOf(search['search']), trainable: search['trainable'] === true ? true : undefined };
}
