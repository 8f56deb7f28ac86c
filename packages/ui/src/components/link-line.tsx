import { useEffect, useRef, type ReactNode } from 'react';
import { cx } from './cx.ts';
import { useEdges } from './use-edges.ts';

/** As in the classes below. */
const fadePx = 48;

/**
 * Links in a line that scrolls where there is no room for all: the current one (`aria-current`) is in view, and those beyond an edge
 * fade out there. Only the line is scrolled, not the page.
 */
export function LinkLine({ label, className, children }: { label: string; className?: string; children: ReactNode }) {
  const line = useRef<HTMLElement>(null);
  /** The current link as it was when this was last drawn or scrolled. */
  const shown = useRef<{ link: HTMLElement; edge: number; inView: boolean }>(null);
  const { start, end, look } = useEdges(line, 'x');
  useEffect(() => {
    const link = line.current!.querySelector<HTMLElement>('[aria-current]');
    if (!link) return;
    const before = shown.current;
    const edge = link.offsetLeft + link.offsetWidth;
    // Numbers in links come later than the links, and may move it out of view; a reader who scrolled on is left alone.
    const isMovedAway = before?.inView === true && before.edge !== edge && !isInView(link, line.current!);
    if (before?.link !== link || isMovedAway)
      line.current!.scrollLeft = link.offsetLeft - (line.current!.clientWidth - link.offsetWidth) / 2;
    shown.current = { link, edge, inView: isInView(link, line.current!) };
  });
  const onScroll = () => {
    look();
    if (shown.current) shown.current.inView = isInView(shown.current.link, line.current!);
  };
  return (
    <nav
      ref={line}
      aria-label={label}
      onScroll={onScroll}
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

/** Whether a link is in a line, and outside of where it fades out. */
function isInView(link: HTMLElement, { scrollLeft, clientWidth, scrollWidth }: HTMLElement): boolean {
  const from = scrollLeft > 1 ? scrollLeft + fadePx : 0;
  const to = scrollLeft + clientWidth < scrollWidth - 1 ? scrollLeft + clientWidth - fadePx : scrollWidth;
  return link.offsetLeft >= from && link.offsetLeft + link.offsetWidth <= to;
}
