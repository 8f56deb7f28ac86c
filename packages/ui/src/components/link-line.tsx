import { useEffect, useRef, type ReactNode } from 'react';
import { cx } from './cx.ts';
import { useEdges } from './use-edges.ts';

/**
 * Links in a line that scrolls where there is no room for all: the current one (`aria-current`) is in view, and those beyond an edge
 * fade out there. Only the line is scrolled, not the page.
 */
export function LinkLine({ label, className, children }: { label: string; className?: string; children: ReactNode }) {
  const line = useRef<HTMLElement>(null);
  /** The current link and its right edge as they were when it was last brought into view. */
  const shown = useRef<{ link: Element; edge: number }>(null);
  const { start, end, look } = useEdges(line, 'x');
  useEffect(() => {
    const current = line.current!.querySelector<HTMLElement>('[aria-current]');
    if (!current) return;
    const { offsetLeft, offsetWidth } = current;
    const { scrollLeft, clientWidth } = line.current!;
    // Numbers in links come later than the links, and may move it out of view.
    const edge = offsetLeft + offsetWidth;
    const isInView = offsetLeft >= scrollLeft && edge <= scrollLeft + clientWidth;
    const isShown = shown.current?.link === current && (shown.current.edge === edge || isInView);
    shown.current = { link: current, edge };
    if (!isShown) line.current!.scrollLeft = offsetLeft - (clientWidth - offsetWidth) / 2;
  });
  return (
    <nav
      ref={line}
      aria-label={label}
      onScroll={look}
      className={cx(
        'relative flex overflow-x-auto overflow-y-hidden',
        end && !start && 'mask-r-from-[calc(100%-3rem)]',
        start && !end && 'mask-l-from-[calc(100%-3rem)]',
        start && end && 'mask-x-from-[calc(100%-3rem)]',
        className,
      )}
    >
      {children}
    </nav>
  );
}
