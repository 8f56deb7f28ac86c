import type { JobState } from '@massif/contracts';
import { Ban, CheckCircle2, CircleDashed, CircleHelp, Loader, RefreshCw, XCircle, type LucideIcon } from 'lucide-react';

type Look = { icon: LucideIcon; className: string };

/** `lost`: of what was not heard of again. */
export type ShownState = JobState | 'lost';

const queued: Look = { icon: CircleDashed, className: 'bg-queued-soft text-queued' };
const running: Look = { icon: Loader, className: 'bg-running-soft text-running' };

/** The same state looks the same everywhere. */
const looks: Record<ShownState, Look> = {
  submitted: queued,
  planned: queued,
  queued,
  admitted: running,
  launching: running,
  running,
  recovering: { icon: RefreshCw, className: 'bg-recovering-soft text-recovering' },
  succeeded: { icon: CheckCircle2, className: 'bg-succeeded-soft text-succeeded' },
  failed: { icon: XCircle, className: 'bg-failed-soft text-failed' },
  lost: { icon: CircleHelp, className: 'bg-recovering-soft text-recovering' },
  cancelled: { icon: Ban, className: 'border border-line-strong text-text-2' },
};

/** A state by word, icon and colour. @param label the word, in the reader's language */
export function StateBadge({ state, label }: { state: ShownState; label: string }) {
  const { icon: Icon, className } = looks[state];
  return (
    <span
      className={`inline-flex h-5 items-center gap-1 rounded-full px-2 align-middle text-xs font-medium whitespace-nowrap ${className}`}
    >
      <Icon aria-hidden className="size-3" />
      {label}
    </span>
  );
}
