import { useEffect, useRef, useState, type ReactNode } from 'react';
import { cx } from './cx.ts';

/**
 * The look of a tab, for an anchor that a router brings: tabs have an address. The current one carries `aria-current="page"`.
 * Put anchors with it in a TabList.
 */
export const tabClass =
  'relative inline-flex h-9 items-center gap-1.5 rounded-t px-1 text-sm font-medium whitespace-nowrap text-text-2 transition-colors hover:text-text aria-[current=page]:text-text after:absolute after:inset-x-0 after:bottom-0 after:h-0.5 after:rounded-full aria-[current=page]:after:bg-accent hover:after:bg-line-strong focus-visible:-outline-offset-2';

/** Tabs in a line that scrolls where there is no room for all: the current one is in view, and those beyond an edge fade out there. */
export function TabList({ label, children }: { label: string; children: ReactNode }) {
  const list = useRef<HTMLElement>(null);
  const shown = useRef<Element>(null);
  const [beyond, setBeyond] = useState({ left: false, right: false });
  const look = () => {
    const { scrollLeft, clientWidth, scrollWidth } = list.current!;
    const next = { left: scrollLeft > 1, right: scrollLeft + clientWidth < scrollWidth - 1 };
    setBeyond((before) => (before.left === next.left && before.right === next.right ? before : next));
  };
  useEffect(() => {
    const observer = new ResizeObserver(look);
    observer.observe(list.current!);
    return () => observer.disconnect();
  }, []);
  useEffect(() => {
    const current = list.current!.querySelector<HTMLElement>('[aria-current="page"]');
    if (!current || current === shown.current) return;
    shown.current = current;
    list.current!.scrollLeft = current.offsetLeft - (list.current!.clientWidth - current.offsetWidth) / 2;
    look();
  });
  return (
    <nav
      ref={list}
      aria-label={label}
      onScroll={look}
      className={cx(
        'relative flex gap-4 overflow-x-auto overflow-y-hidden border-b border-line',
        beyond.right && !beyond.left && 'mask-r-from-[calc(100%-3rem)]',
        beyond.left && !beyond.right && 'mask-l-from-[calc(100%-3rem)]',
        beyond.left && beyond.right && 'mask-x-from-[calc(100%-3rem)]',
      )}
    >
      {children}
    </nav>
  );
}
