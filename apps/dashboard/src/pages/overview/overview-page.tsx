import { PageHeader } from '@massif/ui';
import { useQuery } from '@tanstack/react-query';
import { lazy, Suspense } from 'react';
import { useTranslations } from 'use-intl';
import { overviewQuery } from '../../api/queries.ts';
import { useLive } from '../../api/live/live.tsx';
import { Failure } from '../../shell/failure.tsx';
import { Page } from '../../shell/page.tsx';
import { Attention } from './attention.tsx';
import { Figures } from './figures.tsx';
import { FirstSteps } from './first-steps.tsx';
import { QueuedJobs } from './queued-jobs.tsx';
import { RunningJobs } from './running-jobs.tsx';
import { UtilisationSkeleton } from './utilisation-skeleton.tsx';

// Charts come after the numbers, and not at all before there is something to draw.
const Utilisation = lazy(async () => ({ default: (await import('./utilisation.tsx')).Utilisation }));

/** Is the cluster earning its money, and what needs a person? */
export function OverviewPage() {
  const t = useTranslations('overview');
  const overview = useQuery(overviewQuery);
  useLive({ kind: 'jobs' });
  const { data } = overview;
  const fresh = data !== undefined && Object.values(data.jobs).every((count) => count === 0);
  return (
    <Page title={t('title')}>
      <PageHeader title={t('title')} />
      {overview.isError && data === undefined ? (
        <Failure error={overview.error} retry={() => void overview.refetch()} />
      ) : (
        <>
          <Figures overview={data} />
          {fresh ? (
            <FirstSteps />
          ) : (
            <div className="grid gap-5 xl:grid-cols-[minmax(0,2fr)_minmax(20rem,1fr)]">
              <div className="flex min-w-0 flex-col gap-5">
                <Suspense fallback={<UtilisationSkeleton />}>
                  <Utilisation />
                </Suspense>
                <RunningJobs />
              </div>
              <div className="flex min-w-0 flex-col gap-5">
                <Attention overview={data} />
                <QueuedJobs />
              </div>
            </div>
          )}
        </>
      )}
    </Page>
  );
}
