import type { Model } from '@massif/contracts';
import { pages } from '@massif/sdk';
import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { client } from '../../api/client.ts';

/** The whole catalogue: it comes with the version, and is small. */
export const catalogueQuery = queryOptions({
  queryKey: ['models'],
  queryFn: async ({ signal }): Promise<Model[]> => {
    const models: Model[] = [];
    for await (const model of pages((page) => client.models.list({ ...page, signal }))) models.push(model);
    return models.sort((a, b) => a.parameters - b.parameters);
  },
  staleTime: Infinity,
});

/** Jobs that left a model behind, the newest first. With specs and results, so page by page. */
export const trainedQuery = infiniteQueryOptions({
  queryKey: ['trained'],
  queryFn: ({ signal, pageParam }) =>
    client.jobs.list({ state: 'succeeded', limit: 20, signal, ...(pageParam === null ? {} : { cursor: pageParam }) }),
  initialPageParam: null as string | null,
  getNextPageParam: ({ nextCursor }) => nextCursor,
});
