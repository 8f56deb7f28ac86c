import { ArrowDown, ArrowUp, Minus } from 'lucide-react';
import type { ReactNode } from 'react';
import { cx } from './cx.ts';

export type Trend = {
  direction: 'up' | 'down' | 'flat';
  /** Such as "12 % since yesterday": the arrow alone says nothing to a screen reader. */
  label: string;
  /** Whether that is welcome. */
  tone?: 'good' | 'bad' | 'neutral';
};

type StatProps = {
  label: ReactNode;
  /** Null for what is not known: a dash, with the reason in `hint`. */
  value: ReactNode | null;
  unit?: string;
  hint?: ReactNode;
  trend?: Trend;
  size?: 'md' | 'lg';
  /** Whether it holds no more: it stands back. */
  isOld?: boolean;
};

const arrows = { up: ArrowUp, down: ArrowDown, flat: Minus };
const tones = { good: 'text-succeeded', bad: 'text-failed', neutral: 'text-text-2' };

/** One number with its unit. */
export function Stat({ label, value, unit, hint, trend, size = 'md', isOld = false }: StatProps) {
  const Arrow = trend && arrows[trend.direction];
  return (
    <div className="min-w-0">
      <div className="text-xs font-medium text-text-2">{label}</div>
      <div
        className={cx(
          'mt-0.5 tracking-tight whitespace-nowrap',
          isOld ? 'font-medium text-text-3' : 'font-semibold',
          size === 'lg' ? 'text-xl sm:text-2xl' : 'text-xl',
        )}
      >
        {value ?? '–'}
        {unit !== undefined && value !== null && <span className="ml-1 text-sm font-normal tracking-normal text-text-2">{unit}</span>}
      </div>
      {(trend || hint !== undefined) && (
        <div className="mt-0.5 flex flex-wrap items-center gap-x-2 text-xs text-text-3">
          {trend && Arrow && (
            <span className={cx('inline-flex items-center gap-0.5', tones[trend.tone ?? 'neutral'])}>
              <Arrow aria-hidden className="size-3" />
              {trend.label}
            </span>
          )}
          {hint}
        </div>
      )}
    </div>
  );
}
