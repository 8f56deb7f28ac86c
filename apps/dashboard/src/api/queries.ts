/** What the pages ask for. */
import type { JobFilter } from '@massif/sdk';
import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import { client } from './client.ts';
import { keys } from './keys.ts';

export const overviewQuery = queryOptions({ queryKey: keys.overview, queryFn: ({ signal }) => client.overview({ signal }) });

export const jobListQuery = (filter: JobFilter & { limit?: number }) =>
  queryOptions({
    queryKey: keys.jobList(filter),
    queryFn: ({ signal }) => client.jobs.summaries({ ...filter, signal }),
    placeholderData: keepPreviousData,
  });

export const jobQuery = (id: string) => queryOptions({ queryKey: keys.job(id), queryFn: ({ signal }) => client.jobs.get(id, { signal }) });
