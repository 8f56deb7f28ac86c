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

/** Who is signed in by now need not carry in the address why he was not. */
function useForgottenFailure(): void {
  const { signin, ...search } = route.useSearch();
  const navigate = route.useNavigate();
  useEffect(() => {
    if (signin) void navigate({ search, replace: true });
    // oxlint-disable-next-line react/exhaustive-deps -- the rest of the address is taken as it is then
  }, [signin]);
}
