/** Names in the caches. The stream patches what is under `overview`, `jobs` and `job`; see live/patch.ts. */
import type { JobFilter } from '@massif/sdk';

export const keys = {
  overview: ['overview'] as const,
  /** Every list of jobs. */
  jobs: ['jobs'] as const,
  jobList: (filter: JobFilter & { limit?: number }) => ['jobs', filter] as const,
  job: (id: string) => ['job', id] as const,
  attempts: (id: string) => ['attempts', id] as const,
  latestAttempt: (id: string) => ['attempts', id, 'latest'] as const,
  queues: ['queues'] as const,
  usage: (hours: number) => ['usage', hours] as const,
  node: (name: string) => ['node', name] as const,
  deviceUsage: (device: string) => ['device-usage', device] as const,
  tokens: ['tokens'] as const,
};
