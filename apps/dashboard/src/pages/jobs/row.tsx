import { isTerminal, type JobSummary } from '@massif/contracts';
import { cx, StateBadge } from '@massif/ui';
import { useRouter } from '@tanstack/react-router';
import { memo, type MouseEvent } from 'react';
import { useTranslations } from 'use-intl';
import { useFormat } from '../../i18n/format.ts';

/** The same columns in the head and in every row. */
export const columnsClass =
  'grid items-center text-sm content-center gap-x-4 gap-y-1 px-4 grid-cols-[minmax(0,1fr)_auto] lg:grid-cols-[minmax(10rem,2.4fr)_6.5rem_minmax(8rem,1.3fr)_3.5rem_6.5rem_5rem_3.5rem_minmax(5rem,0.9fr)_5.5rem]';

const wide = 'max-lg:hidden';

export interface JobRowProps {
  index: number;
  job: JobSummary;
  nowMs: number;
  /** Whether Tab goes here. */
  isTabStop: boolean;
  onFocus(index: number): void;
  /** Somebody points at the job, or it came under the pointer. */
  onPoint(id: string): void;
}

/**
 * The cells of a job's row. Its name is the link, and covers the row. While one scrolls, dozens of rows come and go in each frame:
 * they are made of plain elements, and of nothing that changes with the scroll.
 */
export const JobRow = memo(function JobRow({ index, job, nowMs, isTabStop, onFocus, onPoint }: JobRowProps) {
  const t = useTranslations('jobs');
  const states = useTranslations('states');
  const format = useFormat();
  const { progress, state } = job;
  const created = (
    <time dateTime={job.createdAt} title={format.time(job.createdAt)}>
      {format.relative(job.createdAt, nowMs)}
    </time>
  );
  return (
    <>
      <td className="min-w-0">
        <JobLink id={job.id} tabIndex={isTabStop ? 0 : -1} onFocus={() => onFocus(index)} onPointerEnter={() => onPoint(job.id)}>
          {job.name}
        </JobLink>
        <span className="block truncate font-mono text-xs text-text-3 max-lg:hidden">{job.id}</span>
        <span className="block truncate text-xs text-text-3 lg:hidden">
          {created}
          {typeof progress?.loss === 'number' && ` · ${t('lossLabel', { loss: format.fixed(progress.loss, 3) })}`}
        </span>
      </td>
      <td>
        <StateBadge state={state} label={states(state)} />
      </td>
      <td className="min-w-0 max-lg:col-span-2 max-lg:row-start-2">
        {progress ? <RowProgress job={job} /> : <span className="block truncate text-xs text-text-3">{t(noProgress(state))}</span>}
      </td>
      <td className={cx(wide, 'text-right')}>{format.fixed(progress?.loss, 3)}</td>
      <td className={cx(wide, 'text-right')}>{format.rate(progress?.tokensPerSecond, t('tokensPerSecond'))}</td>
      <td className={cx(wide, 'text-right')}>{isTerminal(state) ? '–' : format.span(progress?.etaSeconds)}</td>
      <td className={cx(wide, 'text-right')}>{format.integer(job.devices)}</td>
      <td className={cx(wide, 'min-w-0 text-text-2')}>
        <span className="block truncate" title={job.model}>
          {job.model}
        </span>
        {job.modelParameters !== null && <span className="block text-xs text-text-3">{format.count(job.modelParameters)}</span>}
      </td>
      <td className={cx(wide, 'text-right text-text-2')}>{created}</td>
    </>
  );
});

function noProgress(state: JobSummary['state']): 'noStepEver' | 'noStep' | 'notStarted' {
  if (isTerminal(state)) return 'noStepEver';
  return state === 'running' || state === 'recovering' ? 'noStep' : 'notStarted';
}

const barClass: Partial<Record<JobSummary['state'], string>> = {
  succeeded: 'bg-succeeded',
  failed: 'bg-failed',
  recovering: 'bg-recovering',
  cancelled: 'bg-control',
};

function RowProgress({ job: { progress, state } }: { job: JobSummary }) {
  const t = useTranslations('jobs');
  const format = useFormat();
  const { step = 0, steps = null } = progress ?? {};
  const share = steps === null ? null : Math.min(1, step / steps);
  const text =
    steps === null
      ? t('steps', { step: format.integer(step) })
      : t('stepsOf', { step: format.integer(step), steps: format.integer(steps) });
  return (
    <>
      <span className="flex justify-between gap-2 text-xs text-text-2">
        <span className="truncate">{text}</span>
        {share !== null && <span>{format.percent(share)}</span>}
      </span>
      {share !== null && (
        <span aria-hidden className="mt-1 block h-1.5 overflow-hidden rounded-full bg-line">
          <span className={cx('block h-full rounded-full', barClass[state] ?? 'bg-running')} style={{ width: `${share * 100}%` }} />
        </span>
      )}
    </>
  );
}

interface JobLinkProps {
  id: string;
  tabIndex: number;
  onFocus(): void;
  onPointerEnter(): void;
  children: string;
}

/** The router's own links each watch the address, which takes longer than all else in a row. */
function JobLink({ id, children, ...rest }: JobLinkProps) {
  const router = useRouter();
  const go = (event: MouseEvent) => {
    if (event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    void router.navigate({ to: '/jobs/$id', params: { id } });
  };
  return (
    <a
      {...rest}
      href={`/jobs/${id}`}
      onClick={go}
      className="block truncate font-medium after:absolute after:inset-0 focus-visible:outline-none focus-visible:after:rounded focus-visible:after:outline-2 focus-visible:after:-outline-offset-2 focus-visible:after:outline-focus"
    >
      {children}
    </a>
  );
}
