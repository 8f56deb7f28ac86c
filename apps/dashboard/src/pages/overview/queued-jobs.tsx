import { linkClass, quietLinkClass, RelativeTime, Section, SkeletonText } from '@massif/ui';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useRef } from 'react';
import { useTranslations } from 'use-intl';
import { jobListQuery } from '../../api/queries.ts';
import { useReasonText } from '../../i18n/sentences.ts';
import { Failure } from '../../shell/failure.tsx';
import { waitingStates } from './figures.tsx';
import { idKey, useStill } from '../../shell/use-still.ts';

const shownMax = 8;

/** Who waits, the first that was submitted first, and why. */
export function QueuedJobs() {
  const t = useTranslations('overview.queue');
  const reasonText = useReasonText();
  const jobs = useQuery(jobListQuery({ state: waitingStates, order: 'oldest', limit: shownMax }));
  const { total = 0 } = jobs.data ?? {};
  const list = useRef<HTMLOListElement>(null);
  const items = useStill(jobs.data?.items, list, idKey);
  return (
    <Section title={t('title')} description={total > shownMax ? t('oldest', { count: shownMax }) : undefined} card="flush">
      {jobs.isError && !items ? (
        <Failure error={jobs.error} retry={() => void jobs.refetch()} compact />
      ) : !items ? (
        <div className="px-4 pb-4">
          <SkeletonText lines={2} />
        </div>
      ) : items.length === 0 ? (
        <p className="px-4 pb-4 text-sm text-text-2">{t('empty')}</p>
      ) : (
        <ol ref={list}>
          {items.map((job) => (
            <li key={job.id} className="border-t border-line px-4 py-2 text-sm">
              <div className="flex items-baseline justify-between gap-3">
                <Link to="/jobs/$id" params={{ id: job.id }} className={`${quietLinkClass} min-w-0 truncate`}>
                  {job.name}
                </Link>
                <RelativeTime time={job.createdAt} className="shrink-0 text-xs text-text-3" />
              </div>
              {job.reason && <p className="line-clamp-2 break-words text-text-2">{reasonText(job.reason)}</p>}
            </li>
          ))}
        </ol>
      )}
      {total > shownMax && (
        <p className="border-t border-line px-4 py-2 text-sm">
          <Link to="/jobs" search={{ state: waitingStates.join(','), order: 'oldest' }} className={linkClass}>
            {t('all', { count: total })}
          </Link>
        </p>
      )}
    </Section>
  );
}
