import { cx } from './cx.ts';

/** A place for what comes; its class gives it that size. The page says once that it loads (`aria-busy`), not each of these. */
export function Skeleton({ className }: { className: string }) {
  return <span aria-hidden data-skeleton className={cx('block animate-pulse rounded bg-line', className)} />;
}

/** Lines of text to come; the last is shorter. */
export function SkeletonText({ lines = 3 }: { lines?: number }) {
  return (
    <span aria-hidden className="flex flex-col gap-2 py-1">
      {Array.from({ length: lines }, (_, line) => (
        <Skeleton key={line} className={cx('h-3', line === lines - 1 && lines > 1 ? 'w-3/5' : 'w-full')} />
      ))}
    </span>
  );
}
