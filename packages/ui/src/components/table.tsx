import { ArrowDown, ArrowUp, ChevronsUpDown } from 'lucide-react';
import { useEffect, useRef, useState, type ComponentProps, type ReactNode, type RefObject } from 'react';
import { cx } from './cx.ts';

type TableProps = Omit<ComponentProps<'table'>, 'className'> & {
  /** What the rows are, for those who do not see the heading above. */
  label: string;
  /** Height at which it scrolls by itself, its head staying; without it the page scrolls. */
  maxHeight?: number | string;
  className?: string;
};

/** A table that scrolls sideways rather than squeeze. What scrolls can be reached by keyboard. */
export function Table({ label, maxHeight, className, ...rest }: TableProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const overflows = useOverflow(scroller);
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls must be reached by keyboard (WCAG 2.1.1)
    <div ref={scroller} tabIndex={overflows ? 0 : undefined} className="w-full overflow-auto overscroll-x-contain" style={{ maxHeight }}>
      <table {...rest} aria-label={label} className={cx('w-full border-separate border-spacing-0 text-sm', className)} />
    </div>
  );
}

function useOverflow(box: RefObject<HTMLDivElement | null>): boolean {
  const [overflows, setOverflows] = useState(false);
  useEffect(() => {
    const element = box.current;
    if (!element) return;
    const measure = () => setOverflows(element.scrollWidth > element.clientWidth || element.scrollHeight > element.clientHeight);
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    if (element.firstElementChild) observer.observe(element.firstElementChild);
    return () => observer.disconnect();
  }, [box]);
  return overflows;
}

export function TableHead({ children }: { children: ReactNode }) {
  return <thead className="sticky top-0 z-10 bg-surface text-xs text-text-2">{children}</thead>;
}

export function TableBody(props: ComponentProps<'tbody'>) {
  return <tbody {...props} className={cx('[&>tr:last-child>td]:border-b-0', props.className)} />;
}

type TableRowProps = ComponentProps<'tr'> & {
  selected?: boolean;
  /** It leads somewhere: the row lights up under the pointer. The way in is still a link in one of its cells. */
  interactive?: boolean;
  tone?: 'danger' | 'warning' | 'muted';
};

const rowTones = { danger: 'bg-failed-soft/50', warning: 'bg-recovering-soft/50', muted: 'text-text-3' };

export function TableRow({ selected = false, interactive = false, tone, className, ...rest }: TableRowProps) {
  return (
    <tr
      {...rest}
      aria-selected={selected || undefined}
      className={cx(
        interactive && 'hover:bg-hover focus-visible:-outline-offset-2 has-[a:focus-visible]:bg-hover',
        selected ? 'bg-accent-soft' : tone && rowTones[tone],
        className,
      )}
    />
  );
}

type SortDirection = 'ascending' | 'descending' | 'none';

type TableHeaderCellProps = Omit<ComponentProps<'th'>, 'children'> & {
  children: ReactNode;
  numeric?: boolean;
  sort?: SortDirection;
  onSort?: () => void;
};

const sortIcons = { ascending: ArrowUp, descending: ArrowDown, none: ChevronsUpDown };

export function TableHeaderCell({ children, numeric = false, sort, onSort, className, ...rest }: TableHeaderCellProps) {
  const Icon = sortIcons[sort ?? 'none'];
  return (
    <th
      scope="col"
      {...rest}
      aria-sort={sort}
      className={cx(
        'h-8 border-b border-line px-3 font-medium whitespace-nowrap first:pl-4 last:pr-4',
        numeric ? 'text-right' : 'text-left',
        className,
      )}
    >
      {onSort ? (
        <button
          type="button"
          onClick={onSort}
          className="group -mx-1 inline-flex h-6 cursor-pointer items-center gap-1 rounded px-1 hover:text-text"
        >
          {children}
          <Icon aria-hidden className={cx('size-3', (sort ?? 'none') === 'none' && 'opacity-50 group-hover:opacity-100')} />
        </button>
      ) : (
        children
      )}
    </th>
  );
}

type TableCellProps = ComponentProps<'td'> & {
  numeric?: boolean;
  mono?: boolean;
  /** Cut with an ellipsis at the column's width, which a class must limit. */
  truncate?: boolean;
  /** Sentences may break; all else stays on its line. */
  wrap?: boolean;
};

export function TableCell({ numeric = false, mono = false, truncate = false, wrap = false, className, ...rest }: TableCellProps) {
  return (
    <td
      {...rest}
      className={cx(
        'h-9 border-b border-line px-3 py-1 first:pl-4 last:pr-4',
        !wrap && 'whitespace-nowrap',
        numeric && 'text-right tabular-nums',
        mono && 'font-mono text-xs',
        truncate && 'max-w-0 truncate',
        className,
      )}
    />
  );
}
