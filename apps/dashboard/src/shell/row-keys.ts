import type { KeyboardEvent } from 'react';

/** To which row of so many a key leads from another. */
export type RowMove = (from: number, count: number) => number;

const moves: Record<string, RowMove> = {
  ArrowDown: (from, count) => Math.min(from + 1, count - 1),
  ArrowUp: (from) => Math.max(from - 1, 0),
  Home: () => 0,
  End: (_, count) => count - 1,
};

/** @returns undefined for a key that does not move */
export function moveOf({ key, ctrlKey, metaKey, altKey }: KeyboardEvent): RowMove | undefined {
  return ctrlKey || metaKey || altKey ? undefined : moves[key];
}

/** Arrow keys go from a link of one row to the first one of the next. For `onKeyDown` of what holds the rows. */
export function moveInRows(event: KeyboardEvent<HTMLElement>): void {
  const move = moveOf(event);
  if (!move) return;
  const links = [...event.currentTarget.querySelectorAll('tr')].flatMap((row) => row.querySelector('a') ?? []);
  const row = document.activeElement?.closest('tr');
  const from = links.findIndex((link) => row?.contains(link));
  if (from < 0) return;
  event.preventDefault();
  links[move(from, links.length)]?.focus();
}
