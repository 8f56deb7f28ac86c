import type { ReactNode } from 'react';
import { LinkLine } from './link-line.tsx';

/**
 * The look of a tab, for an anchor that a router brings: tabs have an address. The current one carries `aria-current="page"`.
 * Put anchors with it in a TabList.
 */
export const tabClass =
  'relative inline-flex h-9 items-center gap-1.5 rounded-t px-1 text-sm font-medium whitespace-nowrap text-text-2 transition-colors hover:text-text aria-[current=page]:text-text after:absolute after:inset-x-0 after:bottom-0 after:h-0.5 after:rounded-full aria-[current=page]:after:bg-accent hover:after:bg-line-strong focus-visible:-outline-offset-2';

/** Tabs in a line that scrolls where there is no room for all. */
export function TabList({ label, children }: { label: string; children: ReactNode }) {
  return (
    <LinkLine label={label} className="gap-4 border-b border-line">
      {children}
    </LinkLine>
  );
}
