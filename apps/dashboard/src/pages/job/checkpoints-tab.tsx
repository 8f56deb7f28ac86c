import { isTerminal, type Job } from '@massif/contracts';
import { CopyText, EmptyState, Skeleton, Table, TableBody, TableCell, TableHead, TableHeaderCell, TableRow } from '@massif/ui';
import { useQuery } from '@tanstack/react-query';
import { Archive } from 'lucide-react';
import { useEffect, useRef } from 'react';
import { useTranslations } from 'use-intl';
import { useFormat } from '../../i18n/format.ts';
import { useSentences } from '../../i18n/sentences.ts';
import { Failure } from '../../shell/failure.tsx';
import { Stamp } from '../../shell/stamp.tsx';
import { idKey, useStill } from '../../shell/use-still.ts';
import { checkpointsQuery } from './queries.ts';
import { nextCheckpoint, stepsOf } from './steps.ts';
import { useEvents } from './use-events.ts';

/** States of the training that the job can go on from. */
export function CheckpointsTab({ job }: { job: Job }) {
  const t = useTranslations('job.checkpoints');
  const format = useFormat();
  const sentences = useSentences();
  const { data, error, refetch } = useQuery(checkpointsQuery(job.id));
  const table = useRef<HTMLTableElement>(null);
  const items = useStill(data?.items, table, idKey);
  // A checkpoint is an event of the job.
  const { events } = useEvents(job.id);
  const count = events.filter(({ type }) => type === 'checkpoint').length;
  useEffect(() => {
    if (count > 0) void refetch();
  }, [count, refetch]);
  if (error && !data) return <Failure error={error} retry={() => void refetch()} />;
  if (!items) return <Skeleton className="h-48 w-full rounded-lg" />;
  const { every, keep } = ('training' in job.spec && job.spec.training?.checkpoint) || {};
  const done = job.progress?.step ?? 0;
  const steps = stepsOf(job);
  const isOver = isTerminal(job.state);
  if (items.length === 0) {
    const when = every !== undefined && (steps !== null && steps <= every ? t('atEnd') : t('every', { steps: every }));
    return (
      <EmptyState
        icon={Archive}
        title={t(isOver ? 'noneEver' : 'none')}
        text={when === false ? undefined : sentences([when, isOver && t('endedBefore')])}
      />
    );
  }
  const next = isOver || every === undefined ? null : nextCheckpoint({ done, every, steps });
  return (
    <div className="flex flex-col gap-2">
      {keep !== undefined && (
        <p className="text-sm text-text-2">
          {sentences([
            t('kept', { count: keep }),
            next !== null && t('next', { step: format.integer(next), sure: steps === null ? 'no' : 'yes' }),
          ])}
        </p>
      )}
      <div className="overflow-hidden rounded-lg border border-line bg-surface">
        <Table ref={table} label={t('title')}>
          <TableHead>
            <tr>
              <TableHeaderCell numeric>{t('step')}</TableHeaderCell>
              <TableHeaderCell numeric>{t('size')}</TableHeaderCell>
              <TableHeaderCell numeric>{t('attempt')}</TableHeaderCell>
              <TableHeaderCell>{t('written')}</TableHeaderCell>
              <TableHeaderCell>{t('path')}</TableHeaderCell>
            </tr>
          </TableHead>
          <TableBody>
            {items.map(({ id, step, bytes, attempt, createdAt, path }) => (
              <TableRow key={id}>
                <TableCell numeric>{format.integer(step)}</TableCell>
                <TableCell numeric>{format.bytes(bytes)}</TableCell>
                <TableCell numeric>{attempt}</TableCell>
                <TableCell>
                  <Stamp time={createdAt} />
                </TableCell>
                <TableCell className="max-w-80">
                  <CopyText text={path} cut="start" />
                </TableCell>
              </TableRow>
            ))}
          </TableBody>
        </Table>
      </div>
    </div>
  );
}
