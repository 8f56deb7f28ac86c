import { isTerminal, type Job } from '@massif/contracts';
import { buttonClass, PageHeader, Skeleton } from '@massif/ui';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { lazy, Suspense, type ComponentType, type LazyExoticComponent } from 'react';
import { useTranslations } from 'use-intl';
import { useLive } from '../../api/live/live.tsx';
import { jobQuery } from '../../api/queries.ts';
import { Failure } from '../../shell/failure.tsx';
import { Page } from '../../shell/page.tsx';
import { JobHeader, JobsLink } from './header.tsx';
import { Overview } from './overview/overview.tsx';
import type { JobTab } from './search.ts';
import { JobTabs } from './tabs.tsx';
import { WhyBanner } from './why.tsx';

const route = getRouteApi('/jobs/$id');

type Tab = ComponentType<{ job: Job }> | LazyExoticComponent<ComponentType<{ job: Job }>>;

const tabs: Record<JobTab, Tab> = {
  overview: Overview,
  layout: lazy(async () => ({ default: (await import('./layout/layout-tab.tsx')).LayoutTab })),
  logs: lazy(async () => ({ default: (await import('./logs/logs-tab.tsx')).LogsTab })),
  checkpoints: lazy(async () => ({ default: (await import('./checkpoints-tab.tsx')).CheckpointsTab })),
  events: lazy(async () => ({ default: (await import('./events-tab.tsx')).EventsTab })),
  spec: lazy(async () => ({ default: (await import('./spec-tab.tsx')).SpecTab })),
  plan: lazy(async () => ({ default: (await import('./plan-tab.tsx')).PlanTab })),
};

/** Is it learning, and as fast as planned? */
export function JobPage() {
  const t = useTranslations('job');
  const { id } = route.useParams();
  const { tab = 'overview' } = route.useSearch();
  const { data: job, error, refetch } = useQuery(jobQuery(id));
  const isOver = job !== undefined && isTerminal(job.state);
  useLive(isOver ? undefined : { kind: 'job', job: id });
  const Shown = tabs[tab];
  if (!job)
    return (
      <Page title={t('title')}>
        {error ? (
          <>
            <PageHeader trail={<JobsLink />} title={t('title')} />
            <Failure
              error={error}
              retry={() => void refetch()}
              elsewhere={
                <Link to="/jobs" className={buttonClass({ size: 'sm' })}>
                  {t('toJobs')}
                </Link>
              }
            />
          </>
        ) : (
          <JobSkeleton />
        )}
      </Page>
    );
  return (
    <Page title={job.name}>
      <JobHeader job={job} />
      <WhyBanner job={job} />
      <JobTabs current={tab} />
      <Suspense fallback={<Skeleton className="h-96 w-full rounded-lg" />}>
        {/* What a tab has loaded is of one job. */}
        <Shown key={job.id} job={job} />
      </Suspense>
    </Page>
  );
}

function JobSkeleton() {
  return (
    <div aria-busy className="flex flex-col gap-5">
      <Skeleton className="h-14 w-80" />
      <Skeleton className="h-16 w-full rounded-lg" />
      <Skeleton className="h-9 w-full" />
      <Skeleton className="h-96 w-full rounded-lg" />
    </div>
  );
}
