import { isTerminal, type JobSummary } from '@massif/contracts';
import { Progress, RelativeTime, StateBadge } from '@massif/ui';
import { Link } from '@tanstack/react-router';
import type { KeyboardEvent } from 'react';
import { useTranslations } from 'use-intl';
import { useFormat } from '../../i18n/format.ts';

/** The same columns in the head and in every row. */
export const columnsClass =
  'grid items-center text-sm gap-x-4 px-4 grid-cols-[minmax(0,1fr)_auto] lg:grid-cols-[minmax(10rem,2fr)_7rem_minmax(8rem,1.3fr)_4.5rem_7rem_5rem_4rem_minmax(5rem,1fr)_6rem]';

const wide = 'max-lg:hidden';

const tones = { succeeded: 'succeeded', failed: 'failed', recovering: 'recovering', cancelled: 'neutral' } as const;

interface JobRowProps {
  job: JobSummary;
  /** Whether Tab goes here. */
  isTabStop: boolean;
  onFocus(): void;
  onKeyDown(event: KeyboardEvent): void;
}

/** The cells of a job's row. Its name is the link, and covers the row. */
export function JobRow({ job, isTabStop, onFocus, onKeyDown }: JobRowProps) {
  const t = useTranslations('jobs');
  const states = useTranslations('states');
  const format = useFormat();
  const { progress, state } = job;
  const isOver = isTerminal(state);
  return (
    <>
      <td className="min-w-0">
        <Link
          to="/jobs/$id"
          params={{ id: job.id }}
          tabIndex={isTabStop ? 0 : -1}
          onFocus={onFocus}
          onKeyDown={onKeyDown}
          className="block truncate font-medium after:absolute after:inset-0 focus-visible:outline-none focus-visible:after:rounded focus-visible:after:outline-2 focus-visible:after:-outline-offset-2 focus-visible:after:outline-focus"
        >
          {job.name}
        </Link>
        <span className="block truncate font-mono text-xs text-text-3 max-lg:hidden">{job.id}</span>
      </td>
      <td>
        <StateBadge state={state} label={states(state)} />
      </td>
      <td className="min-w-0 max-lg:col-span-2 max-lg:row-start-2">
        {progress ? <RowProgress job={job} /> : <span className="text-xs text-text-3">{t('notStarted')}</span>}
      </td>
      <td className={`${wide} text-right`}>{format.fixed(progress?.loss, 3)}</td>
      <td className={`${wide} text-right`}>{format.rate(progress?.tokensPerSecond, t('tokensPerSecond'))}</td>
      <td className={`${wide} text-right`}>{isOver ? '–' : format.duration(progress?.etaSeconds)}</td>
      <td className={`${wide} text-right`}>{format.integer(job.devices)}</td>
      <td className={`${wide} truncate text-text-2`} title={job.model}>
        {job.model}
      </td>
      <td className={`${wide} relative z-10 justify-self-end text-right text-text-2`}>
        <RelativeTime time={job.createdAt} />
      </td>
    </>
  );
}

function RowProgress({ job: { progress, state } }: { job: JobSummary }) {
  const t = useTranslations('jobs');
  const format = useFormat();
  const { step = 0, steps = null } = progress ?? {};
  const text =
    steps === null
      ? t('steps', { step: format.integer(step) })
      : t('stepsOf', { step: format.integer(step), steps: format.integer(steps) });
  return (
    <Progress
      label={text}
      value={steps === null ? null : Math.min(1, step / steps)}
      valueText={steps === null ? '' : format.percent(step / steps)}
      tone={state in tones ? tones[state as keyof typeof tones] : 'running'}
    />
  );
}
