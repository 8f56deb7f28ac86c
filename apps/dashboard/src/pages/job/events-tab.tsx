import { isErrorCode, type Job } from '@massif/contracts';
import { Badge, InlineCode, Skeleton, StateBadge } from '@massif/ui';
import { Archive, CircleStop, Flag, Info, type LucideIcon } from 'lucide-react';
import { useRef, type ReactNode } from 'react';
import { useTranslations } from 'use-intl';
import { useFormat } from '../../i18n/format.ts';
import { useReasonText } from '../../i18n/sentences.ts';
import { useLanguage } from '../../i18n/language.tsx';
import { JobLinks } from '../../shell/job-links.tsx';
import { Failure } from '../../shell/failure.tsx';
import { Stamp } from '../../shell/stamp.tsx';
import { useStill } from '../../shell/use-still.ts';
import { timelineOf, type Entry } from './timeline.ts';
import { useEvents } from './use-events.ts';

/** What happened to the job, the latest first. */
export function EventsTab({ job }: { job: Job }) {
  const t = useTranslations('job.events');
  const { events, error, isLoading } = useEvents(job.id);
  const list = useRef<HTMLOListElement>(null);
  const entries = useStill(timelineOf(events), list, ({ seq }) => String(seq)) ?? [];
  if (error && events.length === 0) return <Failure error={error} />;
  if (isLoading) return <Skeleton className="h-96 w-full rounded-lg" />;
  return (
    <ol ref={list} aria-label={t('title')} className="flex flex-col rounded-lg border border-line bg-surface px-4 py-2">
      {entries.map((entry) => (
        <li
          key={entry.seq}
          className="grid grid-cols-[7rem_minmax(0,1fr)] items-baseline gap-x-4 border-b border-line py-2.5 text-sm last:border-0 max-sm:grid-cols-1"
        >
          <span className="text-xs text-text-3">
            <Stamp time={entry.time} />
            {entry.attempt > 1 && <span className="block">{t('attempt', { number: entry.attempt })}</span>}
          </span>
          <Happened entry={entry} />
        </li>
      ))}
    </ol>
  );
}

function Happened({ entry }: { entry: Entry }) {
  const t = useTranslations('job.events');
  const states = useTranslations('states');
  const format = useFormat();
  const reasonText = useReasonText();
  const { errors } = useLanguage();
  switch (entry.kind) {
    case 'transition': {
      const { to, reason, place } = entry;
      const fix = reason && (to === 'failed' || to === 'recovering') && isErrorCode(reason.code) ? errors[reason.code].fix : undefined;
      return (
        <Line mark={<StateBadge state={to} label={states(to)} />}>
          {place ? t('placed', { node: place.node, ranks: place.ranks }) : t(`became.${to}`)}
          {typeof place?.resumedFrom === 'number' && ` ${t('resumed', { step: place.resumedFrom })}`}
          {reason && (
            <span className="block text-text-2">
              <JobLinks>{reasonText(reason)}</JobLinks>
            </span>
          )}
          {fix !== undefined && (
            <span className="block text-text-2">
              <InlineCode>{fix}</InlineCode>
            </span>
          )}
        </Line>
      );
    }
    case 'checkpoints':
      return (
        <Line mark={<Mark icon={Archive}>{t('checkpoint')}</Mark>}>
          {t('checkpoints', { count: entry.count, step: format.integer(entry.step), size: format.bytes(entry.bytes) })}
        </Line>
      );
    case 'attempt':
      return (
        <Line mark={<Mark icon={Flag}>{t('ended')}</Mark>}>
          {t(`attemptEnded.${entry.outcome}`, { step: entry.step === null ? 'none' : format.integer(entry.step) })}
          {entry.message !== null && <span className="block text-text-2">{entry.message}</span>}
        </Line>
      );
    case 'cancel':
      return (
        <Line mark={<Mark icon={CircleStop}>{t('cancel')}</Mark>}>
          {t('cancelAsked')}
          {entry.reason && <span className="block text-text-2">{reasonText(entry.reason)}</span>}
        </Line>
      );
    case 'other':
      return <Line mark={<Mark icon={Info}>{entry.type}</Mark>}>{entry.reason && reasonText(entry.reason)}</Line>;
    default:
      return entry satisfies never;
  }
}

function Mark({ icon, children }: { icon: LucideIcon; children: ReactNode }) {
  return <Badge icon={icon}>{children}</Badge>;
}

function Line({ mark, children }: { mark: ReactNode; children: ReactNode }) {
  return (
    <div className="flex min-w-0 flex-wrap items-baseline gap-x-3 gap-y-1">
      <span className="w-28 shrink-0">{mark}</span>
      <span className="min-w-0 flex-1 basis-60">{children}</span>
    </div>
  );
}
