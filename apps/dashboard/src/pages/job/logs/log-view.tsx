import { isTerminal, type Job } from '@massif/contracts';
import { Button, cx, EmptyState, Skeleton } from '@massif/ui';
import { useVirtualizer } from '@tanstack/react-virtual';
import { ArrowDown, ScrollText } from 'lucide-react';
import { useEffect, useLayoutEffect, useRef, useState } from 'react';
import { useTranslations } from 'use-intl';
import { Failure } from '../../../shell/failure.tsx';
import type { LogFilter } from './book.ts';
import { LogRow } from './log-row.tsx';
import { useLogs } from './use-logs.ts';

const lineHeight = 20;
/** Older lines are read when so many pixels are left above. */
const aheadPixels = 1200;
/** Nearer to the end than this is at the end. */
const endPixels = 30;

const frameClass = 'h-[max(20rem,calc(100dvh-14rem))] min-w-0 rounded-lg border border-line bg-surface';

/** Lines of a log: it opens at the end and follows it; who scrolls up stays where he is. */
export function LogView({ job, filter }: { job: Job; filter: LogFilter }) {
  const t = useTranslations('job.logs');
  const [isAtEnd, setIsAtEnd] = useState(true);
  const scroller = useRef<HTMLElement>(null);
  const { book, isLoading, error, readOlder, retry } = useLogs(job.id, filter, isAtEnd);
  const { lines } = book;
  const count = lines.length;
  // oxlint-disable-next-line react/incompatible-library -- only for React Compiler, which this build does not use
  const virtualizer = useVirtualizer({ count, getScrollElement: () => scroller.current, estimateSize: () => lineHeight, overscan: 30 });

  // What is read stays in its place when lines come above it, or go there.
  const first = lines[0]?.seq;
  const shown = useRef<{ first: number; count: number }>(undefined);
  useLayoutEffect(() => {
    const element = scroller.current;
    if (!element || first === undefined) return;
    const before = shown.current;
    shown.current = { first, count };
    if (isAtEnd) element.scrollTop = element.scrollHeight;
    else if (before && first < before.first) element.scrollTop += lines.findIndex(({ seq }) => seq === before.first) * lineHeight;
  }, [first, count, lines, isAtEnd]);

  const seen = useRef(0);
  useEffect(() => {
    if (isAtEnd) seen.current = lines.at(-1)?.seq ?? 0;
  }, [isAtEnd, lines]);
  const unseen = isAtEnd ? 0 : count - 1 - lines.findLastIndex(({ seq }) => seq <= seen.current);

  const onScroll = () => {
    const element = scroller.current;
    if (!element) return;
    setIsAtEnd(element.scrollHeight - element.clientHeight - element.scrollTop < endPixels);
    if (element.scrollTop < aheadPixels) readOlder();
  };
  const toEnd = () => {
    setIsAtEnd(true);
    scroller.current?.scrollTo({ top: scroller.current.scrollHeight });
  };
  if (error && count === 0) return <Failure error={error} retry={retry} />;
  if (isLoading)
    return (
      <div aria-busy className={cx(frameClass, 'flex flex-col justify-end gap-2 p-3')}>
        {[60, 40, 70, 50, 65].map((width) => (
          <Skeleton key={width} className="h-3" />
        ))}
      </div>
    );
  if (count === 0)
    return (
      <div className={cx(frameClass, 'grid place-items-center')}>
        {Object.values(filter).some((value) => value !== undefined) ? (
          <EmptyState icon={ScrollText} title={t('noneMatch')} />
        ) : (
          <EmptyState
            icon={ScrollText}
            title={t('none')}
            text={isTerminal(job.state) ? t('noneEver') : t('noneYet')}
            command={`massif logs ${job.id} -f`}
          />
        )}
      </div>
    );
  return (
    <div className="relative min-w-0">
      <section
        ref={scroller}
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls must be reached by keyboard (WCAG 2.1.1)
        tabIndex={0}
        aria-label={t('title')}
        onScroll={onScroll}
        className={cx(frameClass, 'overflow-auto overscroll-contain')}
      >
        <ol className="relative min-w-max font-mono text-xs leading-5" style={{ height: virtualizer.getTotalSize() }}>
          {virtualizer.getVirtualItems().map(({ index, start }) => (
            <li
              key={lines[index]!.seq}
              className="absolute top-0 left-0 h-5 w-full hover:bg-hover"
              style={{ transform: `translateY(${start}px)` }}
            >
              <LogRow line={lines[index]!} find={filter.search} withAttempt={job.attempt > 1} />
            </li>
          ))}
        </ol>
      </section>
      {!isAtEnd && (
        <Button variant="primary" size="sm" icon={ArrowDown} onClick={toEnd} className="absolute! right-4 bottom-4 shadow-pop">
          {unseen > 0 ? t('newLines', { count: unseen }) : t('toEnd')}
        </Button>
      )}
    </div>
  );
}
