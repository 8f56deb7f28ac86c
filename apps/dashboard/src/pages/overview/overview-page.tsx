import { PageHeader } from '@massif/ui';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { lazy, Suspense, useEffect } from 'react';
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

const route = getRouteApi('/');

/** One below the other where there is room for two; else all are one column, in which what needs a person comes before what runs. */
const columnClass = 'flex min-w-0 flex-col gap-5 max-xl:contents';

// Charts come after the numbers, and not at all before there is something to draw.
const Utilisation = lazy(async () => ({ default: (await import('./utilisation.tsx')).Utilisation }));

/** Is the cluster earning its money, and what needs a person? */
export function OverviewPage() {
  const t = useTranslations('overview');
  const overview = useQuery(overviewQuery);
  useLive({ kind: 'jobs' });
  useForgottenFailure();
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
            <div className="grid grid-cols-[minmax(0,1fr)] gap-5 xl:grid-cols-[minmax(0,2fr)_minmax(20rem,1fr)]">
              <div className={columnClass}>
                <Suspense fallback={<UtilisationSkeleton />}>
                  <Utilisation />
                </Suspense>
                <div className="max-xl:order-1">
                  <RunningJobs />
                </div>
              </div>
              <div className={columnClass}>
                <Attention overview={data} />
                <div className="max-xl:order-2">
                  <QueuedJobs />
                </div>
              </div>
            </div>
          )}
        </>
      )}
    </Page>
  );
}

/** Who is signed in by now need not carry in the address why he was not. */
function useForgottenFailure(): void {
  const { signin, ...search } = route.useSearch();
  const navigate = route.useNavigate();
  useEffect(() => {
    if (signin) void navigate({ search, replace: true });
    // oxlint-disable-next-line react/exhaustive-deps -- the rest of the address is taken as it is then
  }, [signin]);
}
