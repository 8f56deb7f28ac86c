/** Names in the caches. The stream patches what is under `overview`, `jobs` and `job`; see live/patch.ts. */
import type { JobFilter } from '@massif/sdk';

export const keys = {
  overview: ['overview'] as const,
  /** Every list of jobs. */
  jobs: ['jobs'] as const,
  jobList: (filter: JobFilter & { limit?: number }) => ['jobs', filter] as const,
  job: (id: string) => ['job', id] as const,
  nodes: ['nodes'] as const,
  tokens: ['tokens'] as const,
};
