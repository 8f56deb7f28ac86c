import { oneOf, type RawSearch } from '../../api/search.ts';

/** `signin=expired` is where the API sends who came with a key that no longer opens. */
export function parseOverviewSearch(search: RawSearch): { signin?: 'expired' | undefined } {
  return { signin: oneOf(['expired'], search['signin']) };
}
