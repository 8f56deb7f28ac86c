import type { KeyboardEvent } from 'react';

const moves: Record<string, (from: number, count: number) => number> = {
  ArrowDown: (from, count) => Math.min(from + 1, count - 1),
  ArrowUp: (from) => Math.max(from - 1, 0),
  Home: () => 0,
  End: (_, count) => count - 1,
};

/** Arrow keys go from the link of one row to that of the next. For `onKeyDown` of what holds the rows. */
export function moveInRows(event: KeyboardEvent<HTMLElement>): void {
  const move = moves[event.key];
  if (!move || event.ctrlKey || event.metaKey || event.altKey) return;
  const links = [...event.currentTarget.querySelectorAll<HTMLElement>('tr a:first-of-type')];
  const from = links.findIndex((link) => link === document.activeElement);
  if (from < 0) return;
  event.preventDefault();
  links[move(from, links.length)]?.focus();
}
