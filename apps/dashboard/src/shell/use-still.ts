import { useState, type RefObject } from 'react';
import { useHeld } from './use-held.ts';

/**
 * Rows of a list that do not move while the pointer or the focus is on it: what is new waits, what is gone stays as it was when that began, and
 * the others go on changing in their places.
 */
export function useStill<Item>(
  items: readonly Item[] | undefined,
  list: RefObject<HTMLElement | null>,
  keyOf: (item: Item) => string,
): readonly Item[] | undefined {
  const held = useHeld(list);
  /** As they were when it began to be held. */
  const [kept, setKept] = useState<readonly Item[]>();
  if (held && !kept && items) setKept(items);
  if (!held && kept) setKept(undefined);
  if (!held || !kept) return items;
  const fresh = new Map(items?.map((item) => [keyOf(item), item]));
  return kept.map((item) => fresh.get(keyOf(item)) ?? item);
}

export const idKey = ({ id }: { id: string }) => id;
