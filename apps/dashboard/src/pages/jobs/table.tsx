import type { JobSummary } from '@massif/contracts';
import { Skeleton, useNow } from '@massif/ui';
import { useRouter } from '@tanstack/react-router';
import { useWindowVirtualizer } from '@tanstack/react-virtual';
import { useCallback, useEffect, useEffectEvent, useLayoutEffect, useRef, useState, type Ref } from 'react';
import { useTranslations } from 'use-intl';
import { columnsClass, JobRow, type JobRowProps } from './row.tsx';
import type { JobsSearch } from './search.ts';
import type { useJobList } from './use-job-list.ts';
import { useMedia } from './use-media.ts';
import { pageRows, rowAt } from './window.ts';

interface JobTableProps {
  ref: Ref<HTMLTableElement>;
  list: Pick<ReturnType<typeof useJobList>, 'window' | 'look'>;
  order: JobsSearch['order'];
}

const columns = ['job', 'state', 'progress', 'loss', 'speed', 'left', 'devices', 'model', 'created'] as const;
const numericColumns: readonly string[] = ['loss', 'speed', 'left', 'devices', 'created'];

/** Two lines on a phone, one elsewhere; the same as in the class of a row. */
const heights = { narrow: 80, wide: 44 };

/** Rows that are drawn beyond those in view: the browser scrolls on by itself until it is given the next ones. */
const overscan = { ahead: 24, behind: 6 };

/** While the first page is on its way. */
const skeletonRows = 12;

/**
 * All jobs of a list as a table, of which only what is in view is drawn. Arrow keys go from row to row. Rows stand one below the other, none
 * with a style of its own: with thousands of different ones Chromium takes longer for each the more there have been.
 */
export function JobTable({ ref, list: { window: rows, look }, order }: JobTableProps) {
  const t = useTranslations('jobs');
  const body = useRef<HTMLTableSectionElement>(null);
  const isWide = useMedia('(min-width: 64rem)');
  const nowMs = useNow();
  const [scrollMargin, setScrollMargin] = useState(0);
  const count = rows.total ?? 0;
  // oxlint-disable-next-line react/incompatible-library -- only for React Compiler, which this build does not use
  const virtualizer = useWindowVirtualizer({
    count: rows.total === null ? skeletonRows : count,
    estimateSize: () => (isWide ? heights.wide : heights.narrow),
    rangeExtractor: ({ startIndex, endIndex, count: all }) => {
      const [up, down] = goesDown() ? [overscan.behind, overscan.ahead] : [overscan.ahead, overscan.behind];
      const start = Math.max(0, startIndex - up);
      return Array.from({ length: Math.min(all - 1, endIndex + down) - start + 1 }, (_, at) => start + at);
    },
    scrollMargin,
  });
  const goesDown = (): boolean => virtualizer.scrollDirection !== 'backward';
  useLayoutEffect(() => setScrollMargin((body.current?.getBoundingClientRect().top ?? 0) + window.scrollY), []);
  useLayoutEffect(() => virtualizer.measure(), [virtualizer, isWide]);

  const items = virtualizer.getVirtualItems();
  const [first, last] = [items[0]?.index ?? 0, items.at(-1)?.index ?? 0];
  const isDown = goesDown();
  useEffect(() => {
    const [near, far] = [pageRows / 2, 4 * pageRows];
    const ahead = isDown ? { up: near, down: far } : { up: far, down: near };
    if (order === 'oldest') look({ first: count - 1 - last, last: count - 1 - first, ahead: { up: ahead.down, down: ahead.up } });
    else look({ first, last, ahead });
  }, [look, first, last, isDown, order, count]);

  const { tabStop, onFocus } = useArrowKeys({
    body,
    count,
    first,
    last,
    inView: () => (virtualizer.range ? virtualizer.range.endIndex - virtualizer.range.startIndex : 1),
    scrollTo: (index) => virtualizer.scrollToIndex(index),
  });
  const preload = usePreload();
  /** The list is kept with its newest row first, whichever way it is shown. */
  const place = (index: number) => (order === 'oldest' ? count - 1 - index : index);
  return (
    <table
      ref={ref}
      aria-label={t('title')}
      aria-rowcount={count + 1}
      aria-busy={rows.total === null}
      className="block rounded-lg border border-line bg-surface"
    >
      <thead className="sticky top-(--header-height,0px) z-10 block rounded-t-lg border-b border-line bg-surface max-lg:sr-only">
        <tr aria-rowindex={1} className={`${columnsClass} h-9 text-xs text-text-2`}>
          {columns.map((column) => (
            <th key={column} scope="col" className={`font-medium ${numericColumns.includes(column) ? 'text-right' : 'text-left'}`}>
              {t(`columns.${column}`)}
            </th>
          ))}
        </tr>
      </thead>
      <tbody
        ref={body}
        className="relative block"
        style={{ height: virtualizer.getTotalSize(), paddingTop: (items[0]?.start ?? scrollMargin) - scrollMargin }}
      >
        {items.map(({ index }) => (
          <tr
            key={index}
            aria-rowindex={index + 2}
            data-index={index}
            className={`${columnsClass} relative h-[80px] border-b border-line last:border-b-0 focus-within:bg-hover hover:bg-hover lg:h-[44px]`}
          >
            <Row
              index={index}
              job={rowAt(rows, place(index))}
              nowMs={nowMs}
              isTabStop={index === tabStop}
              onFocus={onFocus}
              onPoint={preload}
            />
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Row({ job, ...rest }: Omit<JobRowProps, 'job'> & { job: JobSummary | undefined }) {
  return job ? <JobRow job={job} {...rest} /> : <SkeletonRow />;
}

/** A row whose page is on its way. */
function SkeletonRow() {
  return (
    <td className="col-span-full flex items-center gap-4">
      <Skeleton className="h-3 w-40" />
      <Skeleton className="h-3 w-20" />
      <Skeleton className="h-3 flex-1" />
    </td>
  );
}

/** A pointer rests on a job for so long before its page is asked for: while one scrolls, hundreds pass beneath it. */
const restMs = 60;

function usePreload(): (id: string) => void {
  const router = useRouter();
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  return useCallback(
    (id) => {
      clearTimeout(timer.current);
      timer.current = setTimeout(() => void router.preloadRoute({ to: '/jobs/$id', params: { id } }), restMs);
    },
    [router],
  );
}

interface ArrowKeysOptions {
  body: { readonly current: HTMLElement | null };
  count: number;
  first: number;
  last: number;
  /** How many rows that is. */
  inView(): number;
  scrollTo(index: number): void;
}

/** One row takes the focus by Tab; the others are reached from it. */
function useArrowKeys({ body, count, first, last, inView, scrollTo }: ArrowKeysOptions) {
  const [current, setCurrent] = useState(0);
  const mustFocus = useRef(false);
  // A row may only be drawn after it was scrolled to.
  useEffect(() => {
    if (!mustFocus.current) return;
    // Its page may have been on its way for a while: who has gone on to something else is not brought back.
    const { activeElement } = document;
    if (activeElement !== document.body && !body.current?.contains(activeElement)) {
      mustFocus.current = false;
      return;
    }
    const link = body.current?.querySelector<HTMLAnchorElement>(`[data-index="${current}"] a`);
    if (!link) return;
    mustFocus.current = false;
    link.focus({ preventScroll: true });
  });
  const move = useEffectEvent((event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const page = Math.max(1, inView() - 1);
    const moves: Record<string, number> = {
      ArrowDown: current + 1,
      ArrowUp: current - 1,
      PageDown: current + page,
      PageUp: current - page,
      Home: 0,
      End: count - 1,
    };
    const to = moves[event.key];
    if (to === undefined) return;
    event.preventDefault();
    const next = Math.min(Math.max(to, 0), count - 1);
    mustFocus.current = true;
    setCurrent(next);
    scrollTo(next);
  });
  useEffect(() => {
    const element = body.current;
    element?.addEventListener('keydown', move);
    return () => element?.removeEventListener('keydown', move);
  }, [body]);
  return { tabStop: current >= first && current <= last ? current : first, onFocus: setCurrent };
}
