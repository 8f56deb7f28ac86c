import type { QueryClient } from '@tanstack/react-query';
import { createRootRouteWithContext, createRoute, createRouter, lazyRouteComponent } from '@tanstack/react-router';
import { jobQuery, overviewQuery } from './api/queries.ts';
import { parseClusterSearch } from './pages/cluster/search.ts';
import { parseJobSearch } from './pages/job/search.ts';
import { parseJobsSearch } from './pages/jobs/search.ts';
import { parseModelsSearch } from './pages/models/search.ts';
import { parseNewJobSearch } from './pages/new-job/search.ts';
import { parseOverviewSearch } from './pages/overview/search.ts';
import { ErrorPage } from './shell/error-page.tsx';
import { NotFoundPage } from './shell/not-found-page.tsx';
import { Root } from './shell/root.tsx';

const root = createRootRouteWithContext<{ queryClient: QueryClient }>()({
  component: Root,
  errorComponent: ErrorPage,
  notFoundComponent: NotFoundPage,
});

// What a page shows first is asked for while the pointer is still on its link, without waiting for it.
const overview = createRoute({
  getParentRoute: () => root,
  path: '/',
  validateSearch: parseOverviewSearch,
  loader: ({ context }) => void context.queryClient.prefetchQuery(overviewQuery),
  component: lazyRouteComponent(() => import('./pages/overview/overview-page.tsx'), 'OverviewPage'),
});

const jobs = createRoute({
  getParentRoute: () => root,
  path: '/jobs',
  validateSearch: parseJobsSearch,
  component: lazyRouteComponent(() => import('./pages/jobs/jobs-page.tsx'), 'JobsPage'),
});

const job = createRoute({
  getParentRoute: () => root,
  path: '/jobs/$id',
  validateSearch: parseJobSearch,
  loader: ({ context, params }) => void context.queryClient.prefetchQuery(jobQuery(params.id)),
  component: lazyRouteComponent(() => import('./pages/job/job-page.tsx'), 'JobPage'),
});

const newJob = createRoute({
  getParentRoute: () => root,
  path: '/new',
  validateSearch: parseNewJobSearch,
  component: lazyRouteComponent(() => import('./pages/new-job/new-job-page.tsx'), 'NewJobPage'),
});

const cluster = createRoute({
  getParentRoute: () => root,
  path: '/cluster',
  validateSearch: parseClusterSearch,
  component: lazyRouteComponent(() => import('./pages/cluster/cluster-page.tsx'), 'ClusterPage'),
});

const node = createRoute({
  getParentRoute: () => root,
  path: '/cluster/nodes/$name',
  component: lazyRouteComponent(() => import('./pages/node/node-page.tsx'), 'NodePage'),
});

const models = createRoute({
  getParentRoute: () => root,
  path: '/models',
  validateSearch: parseModelsSearch,
  component: lazyRouteComponent(() => import('./pages/models/models-page.tsx'), 'ModelsPage'),
});

const settings = createRoute({
  getParentRoute: () => root,
  path: '/settings',
  component: lazyRouteComponent(() => import('./pages/settings/settings-page.tsx'), 'SettingsPage'),
});

export function createAppRouter(queryClient: QueryClient) {
  return createRouter({
    routeTree: root.addChildren([overview, jobs, job, newJob, cluster, node, models, settings]),
    context: { queryClient },
    defaultPreload: 'intent',
    // Freshness is for the Query caches to judge.
    defaultPreloadStaleTime: 0,
    defaultErrorComponent: ErrorPage,
    scrollRestoration: true,
  });
}

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof createAppRouter>;
  }
}
