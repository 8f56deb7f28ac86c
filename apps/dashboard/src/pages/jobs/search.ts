import type { RawSearch } from '../../api/search.ts';

export function parseJobsSearch(_search: RawSearch): Record<string, never> {
  return {};
}
