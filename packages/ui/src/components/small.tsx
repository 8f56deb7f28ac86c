import { Progress as BaseProgress } from '@base-ui/react/progress';
import type { ReactNode } from 'react';
import { cx } from './cx.ts';

/** A key to press. */
export function Kbd({ children }: { children: ReactNode }) {
  return (
    <kbd className="inline-grid h-5 min-w-5 place-items-center rounded border border-line-strong bg-surface px-1 font-sans text-xs text-text-2">
      {children}
    </kbd>
  );
}

type ProgressProps = {
  label: string;
  /** 0 to 1; null while nobody knows. */
  value: number | null;
  /** Such as "120 of 400 steps". */
  valueText: string;
  tone?: 'running' | 'recovering' | 'succeeded' | 'failed' | 'neutral';
};

const progressTones = {
  running: 'bg-running',
  recovering: 'bg-recovering-fill',
  succeeded: 'bg-succeeded',
  failed: 'bg-failed',
  neutral: 'bg-control',
};

export function Progress({ label, value, valueText, tone = 'running' }: ProgressProps) {
  return (
    <BaseProgress.Root
      value={value === null ? null : value * 100}
      getAriaValueText={() => valueText}
      className="grid min-w-0 grid-cols-[1fr_auto] items-baseline gap-x-2 gap-y-1 text-xs"
    >
      <BaseProgress.Label className="truncate text-text-2">{label}</BaseProgress.Label>
      <span className="text-text-2 tabular-nums">{valueText}</span>
      <BaseProgress.Track className="col-span-2 h-1.5 overflow-hidden rounded-full bg-line">
        <BaseProgress.Indicator className={cx('h-full rounded-full', progressTones[tone], value === null && 'w-1/3! animate-pulse')} />
      </BaseProgress.Track>
    </BaseProgress.Root>
  );
}

export type KeyValueItem = { key: string; label: ReactNode; value: ReactNode };

const columnClasses = { 1: '', 2: 'sm:grid-cols-2', 3: 'sm:grid-cols-2 lg:grid-cols-3' };

/** Facts about one thing. What is not known is a dash. */
export function KeyValue({ items, columns = 1 }: { items: readonly KeyValueItem[]; columns?: 1 | 2 | 3 }) {
  return (
    <dl className={cx('grid gap-x-8 text-sm', columnClasses[columns])}>
      {items.map(({ key, label, value }) => (
        <div key={key} className="grid min-h-8 grid-cols-[minmax(6rem,2fr)_3fr] items-baseline gap-3 border-b border-line py-1.5">
          <dt className="text-text-2">{label}</dt>
          <dd className="min-w-0 break-words">{value ?? '–'}</dd>
        </div>
      ))}
    </dl>
  );
}

/** The mountain. Its name stands beside it, or is given where it stands alone. */
export function Logo({ label, className = 'size-6' }: { label?: string; className?: string }) {
  return (
    <svg
      viewBox="0 0 32 32"
      role={label === undefined ? undefined : 'img'}
      aria-label={label}
      aria-hidden={label === undefined}
      className={className}
    >
      <path className="fill-accent" d="M2 27 12 7l5 9 3-5 10 16z" />
      <path fill="#9cc0ff" className="dark:fill-on-accent/40" d="m12 7 5 9-3 5-6-6z" />
    </svg>
  );
}
