/** What the pages ask for. */
import type { JobFilter } from '@massif/sdk';
import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import { client } from './client.ts';
import { keys } from './keys.ts';

export const overviewQuery = queryOptions({ queryKey: keys.overview, queryFn: ({ signal }) => client.overview({ signal }) });

/** What the devices did in the hours until now: a point for each measurement, or as many as a wide screen shows. */
export const usageQuery = (hours: number) =>
  queryOptions({
    queryKey: keys.usage(hours),
    queryFn: ({ signal }) =>
      client.usage({ from: new Date(Date.now() - hours * 3_600_000).toISOString(), points: Math.min(240, hours * 120), signal }),
    refetchInterval: hours > 1 ? 60_000 : 15_000,
    placeholderData: keepPreviousData,
  });

/** The stream says how much devices are used, not who holds them: that, and when a node was heard of, is asked for as often as it changes. */
export const nodeQuery = (name: string) =>
  queryOptions({ queryKey: keys.node(name), queryFn: ({ signal }) => client.nodes.get(name, { signal }), refetchInterval: 5000 });

/** What one device did in the last hour. */
export const deviceUsageQuery = (device: string) =>
  queryOptions({
    queryKey: keys.deviceUsage(device),
    queryFn: ({ signal }) => client.devices.usage(device, { signal }),
    refetchInterval: 30_000,
  });

export const jobListQuery = (filter: JobFilter & { limit?: number }) =>
  queryOptions({
    queryKey: keys.jobList(filter),
    queryFn: ({ signal }) => client.jobs.summaries({ ...filter, signal }),
    placeholderData: keepPreviousData,
  });

export const jobQuery = (id: string) => queryOptions({ queryKey: keys.job(id), queryFn: ({ signal }) => client.jobs.get(id, { signal }) });

/** Attempts of a job, the newest first, with the devices of their ranks. */
export const attemptsQuery = (id: string) =>
  queryOptions({ queryKey: keys.attempts(id), queryFn: ({ signal }) => client.jobs.attempts(id, { limit: 200, signal }) });

/** The newest attempt alone, for those who only ask how it is. */
export const latestAttemptQuery = (id: string) =>
  queryOptions({
    queryKey: keys.latestAttempt(id),
    queryFn: async ({ signal }) => (await client.jobs.attempts(id, { limit: 1, signal })).items[0] ?? null,
  });

export const queuesQuery = queryOptions({ queryKey: keys.queues, queryFn: ({ signal }) => client.queues.list({ limit: 200, signal }) });
