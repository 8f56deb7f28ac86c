import type { JobSummary } from '@massif/contracts';
import {
  EmptyState,
  linkClass,
  Progress,
  quietLinkClass,
  Section,
  SkeletonRows,
  StateBadge,
  Table,
  TableBody,
  TableCell,
  TableHead,
  TableHeaderCell,
  TableRow,
} from '@massif/ui';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useRef } from 'react';
import { useTranslations } from 'use-intl';
import { jobListQuery } from '../../api/queries.ts';
import { useFormat } from '../../i18n/format.ts';
import { Failure } from '../../shell/failure.tsx';
import { modelText } from '../../shell/model-text.ts';
import { moveInRows } from '../../shell/row-keys.ts';
import { holdingStates } from './figures.tsx';
import { idKey, useStill } from '../../shell/use-still.ts';

const shownMax = 10;

/** Jobs that hold devices, the longest first, so that they stay where they are: how far each is, how fast, and when it will be through. */
export function RunningJobs() {
  const t = useTranslations('overview.running');
  const jobs = useQuery(jobListQuery({ state: holdingStates, order: 'oldest', limit: shownMax }));
  const { total = 0 } = jobs.data ?? {};
  const table = useRef<HTMLTableElement>(null);
  const items = useStill(jobs.data?.items, table, idKey);
  return (
    <Section
      title={t('title')}
      description={total > shownMax ? t('longest', { count: shownMax }) : undefined}
      card="flush"
      actions={
        total > shownMax && (
          <Link to="/jobs" search={{ state: holdingStates.join(','), order: 'oldest' }} className={`${linkClass} text-sm`}>
            {t('all', { count: total })}
          </Link>
        )
      }
    >
      {jobs.isError && !items ? (
        <Failure error={jobs.error} retry={() => void jobs.refetch()} compact />
      ) : items?.length === 0 ? (
        <EmptyState title={t('empty')} text={t('emptyText')} />
      ) : (
        <Table ref={table} label={t('title')}>
          <TableHead>
            <tr>
              <TableHeaderCell>{t('job')}</TableHeaderCell>
              <TableHeaderCell className="max-sm:hidden">{t('progress')}</TableHeaderCell>
              <TableHeaderCell numeric className="max-md:hidden">
                {t('loss')}
              </TableHeaderCell>
              <TableHeaderCell numeric className="max-md:hidden">
                {t('speed')}
              </TableHeaderCell>
              <TableHeaderCell numeric className="max-md:hidden">
                {t('devices')}
              </TableHeaderCell>
              <TableHeaderCell numeric>{t('left')}</TableHeaderCell>
            </tr>
          </TableHead>
          <TableBody onKeyDown={moveInRows}>
            {items ? items.map((job) => <RunningRow key={job.id} job={job} />) : <SkeletonRows rows={3} columns={6} className="h-12" />}
          </TableBody>
        </Table>
      )}
    </Section>
  );
}

function RunningRow({ job }: { job: JobSummary }) {
  const t = useTranslations('overview.running');
  const states = useTranslations('states');
  const format = useFormat();
  const { progress } = job;
  const share = progress?.steps ? progress.step / progress.steps : null;
  const howFar = (
    <Progress
      label={progress?.steps ? t('steps', { step: format.integer(progress.step), steps: format.integer(progress.steps) }) : t('noStep')}
      value={share}
      valueText={share === null ? '' : format.percent(share)}
      tone={job.state === 'recovering' ? 'recovering' : 'running'}
    />
  );
  return (
    <TableRow interactive>
      <TableCell className="h-12 max-sm:w-full max-sm:max-w-0">
        <div className="flex min-w-24 flex-col items-start gap-0.5">
          <Link to="/jobs/$id" params={{ id: job.id }} className={`${quietLinkClass} max-w-full truncate`}>
            {job.name}
          </Link>
          <span className="flex max-w-full items-center gap-2 truncate text-xs text-text-3">
            {job.state !== 'running' && <StateBadge state={job.state} label={states(job.state)} />}
            {modelText(job, format)}
          </span>
          <div className="mb-1 w-full sm:hidden">{howFar}</div>
        </div>
      </TableCell>
      <TableCell className="w-1/3 min-w-32 max-sm:hidden">{howFar}</TableCell>
      <TableCell numeric className="max-md:hidden">
        {format.fixed(progress?.loss, 3)}
      </TableCell>
      <TableCell numeric className="max-md:hidden">
        {format.rate(progress?.tokensPerSecond, t('tokensPerSecond'))}
      </TableCell>
      <TableCell numeric className="max-md:hidden">
        {format.integer(job.devices)}
      </TableCell>
      <TableCell numeric>{format.span(progress?.etaSeconds)}</TableCell>
    </TableRow>
  );
}
