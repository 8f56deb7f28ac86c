import type { RawSearch } from '../../api/search.ts';

export function parseJobSearch(_search: RawSearch): Record<string, never> {
  return {};
}
