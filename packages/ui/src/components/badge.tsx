import type { LucideIcon } from 'lucide-react';
import type { ReactNode } from 'react';
import { cx } from './cx.ts';

export type Tone = 'neutral' | 'accent' | 'success' | 'warning' | 'danger';

/** Text and ground of a tone, readable together in both themes. */
export const toneClass: Record<Tone, string> = {
  neutral: 'bg-queued-soft text-text-2',
  accent: 'bg-accent-soft text-accent',
  success: 'bg-succeeded-soft text-succeeded',
  warning: 'bg-recovering-soft text-recovering',
  danger: 'bg-failed-soft text-failed',
};

/** A word about something that is not a state of a job. */
export function Badge({ children, tone = 'neutral', icon: Icon }: { children: ReactNode; tone?: Tone; icon?: LucideIcon }) {
  return (
    <span
      className={cx(
        'inline-flex h-5 items-center gap-1 rounded px-1.5 align-middle text-xs font-medium whitespace-nowrap',
        toneClass[tone],
      )}
    >
      {Icon && <Icon aria-hidden className="size-3" />}
      {children}
    </span>
  );
}
