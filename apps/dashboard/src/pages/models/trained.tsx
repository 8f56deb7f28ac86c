import type { Job } from '@massif/contracts';
import {
  Button,
  buttonClass,
  CopyText,
  EmptyState,
  linkClass,
  quietLinkClass,
  RelativeTime,
  Section,
  SkeletonRows,
  Table,
  TableBody,
  TableCell,
  TableHead,
  TableHeaderCell,
  TableRow,
} from '@massif/ui';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Box } from 'lucide-react';
import { useTranslations } from 'use-intl';
import { useMay } from '../../api/session.ts';
import { useFormat } from '../../i18n/format.ts';
import { Failure } from '../../shell/failure.tsx';
import { moveInRows } from '../../shell/row-keys.ts';
import { trainedQuery } from './queries.ts';

const columns = ['model', 'loss', 'tokens', 'created', 'finished', 'where', 'actions'] as const;
const numeric: readonly string[] = ['loss', 'tokens'];
/** Where there is no room for all. */
const wideOnly: Partial<Record<(typeof columns)[number], string>> = {
  tokens: 'max-sm:hidden',
  created: 'max-sm:hidden',
  finished: 'max-md:hidden',
  where: 'max-lg:hidden',
};

/** Models that jobs left behind, in the order of the jobs: the newest first. */
export function Trained() {
  const t = useTranslations('models.trained');
  const maySubmit = useMay('jobs:write');
  const trained = useInfiniteQuery(trainedQuery);
  const jobs = trained.data?.pages.flatMap(({ items }) => items).filter(({ result }) => result !== null && result.model !== null);
  return (
    <Section title={t('title')} description={t('description')} card="flush">
      {trained.isError && !jobs ? (
        <Failure error={trained.error} retry={() => void trained.refetch()} compact />
      ) : jobs?.length === 0 && !trained.hasNextPage ? (
        <EmptyState
          icon={Box}
          title={t('empty')}
          text={t('emptyText')}
          action={
            maySubmit && (
              <Link to="/new" className={buttonClass()}>
                {t('new')}
              </Link>
            )
          }
          command="massif example moby-dick > job.yaml && massif submit -f job.yaml"
        />
      ) : (
        <Table label={t('title')}>
          <TableHead>
            <tr>
              {columns.map((column) => (
                <TableHeaderCell key={column} numeric={numeric.includes(column)} className={wideOnly[column]}>
                  {column === 'actions' ? <span className="sr-only">{t('actions')}</span> : t(column)}
                </TableHeaderCell>
              ))}
            </tr>
          </TableHead>
          <TableBody onKeyDown={moveInRows}>
            {jobs ? (
              jobs.map((job) => <TrainedRow key={job.id} job={job} maySubmit={maySubmit} />)
            ) : (
              <SkeletonRows rows={3} columns={columns.length} />
            )}
          </TableBody>
        </Table>
      )}
      {trained.hasNextPage && (
        <div className="border-t border-line p-2 text-center">
          <Button variant="ghost" size="sm" busy={trained.isFetchingNextPage} onClick={() => void trained.fetchNextPage()}>
            {t('more')}
          </Button>
        </div>
      )}
    </Section>
  );
}

function TrainedRow({ job, maySubmit }: { job: Job; maySubmit: boolean }) {
  const t = useTranslations('models.trained');
  const format = useFormat();
  const { progress, result } = job;
  return (
    <TableRow interactive>
      <TableCell className="truncate max-sm:w-full max-sm:max-w-0">
        <Link to="/jobs/$id" params={{ id: job.id }} className={quietLinkClass}>
          {job.name}
        </Link>
      </TableCell>
      <TableCell numeric>{format.fixed(progress?.evaluationLoss ?? progress?.loss, 3)}</TableCell>
      <TableCell numeric className={wideOnly.tokens}>
        {format.count(progress?.tokens)}
      </TableCell>
      <TableCell className={wideOnly.created}>
        <RelativeTime time={job.createdAt} />
      </TableCell>
      <TableCell className={wideOnly.finished}>{job.endedAt ? <RelativeTime time={job.endedAt} /> : format.time(null)}</TableCell>
      <TableCell className="max-w-80 max-lg:hidden">
        {result?.model && <CopyText text={result.model} cut="start" label={t('copyPath')} />}
      </TableCell>
      <TableCell numeric>
        {maySubmit && (
          <Link
            to="/new"
            search={{ modelOf: job.id }}
            className={`${linkClass} inline-flex h-6 items-center whitespace-nowrap`}
            aria-label={t('trainOnOne', { name: job.name })}
          >
            {t('trainOn')}
          </Link>
        )}
      </TableCell>
    </TableRow>
  );
}
