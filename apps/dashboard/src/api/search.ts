/** Reads of addresses: whatever a search parameter holds, a page opens. */

/** What was parsed from the address by the router: JSON where it can be read as that. */
export type RawSearch = Record<string, unknown>;

export function textOf(value: unknown): string | undefined {
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** One of a few words; undefined for anything else. */
export function oneOf<const Word extends string>(words: readonly Word[], value: unknown): Word | undefined {
  return words.find((word) => word === value);
}
