import type { Job, JobChange, JobSummary, List, LiveFrame } from '@massif/contracts';
import type { JobFilter } from '@massif/sdk';
import type { QueryClient, QueryKey } from '@tanstack/react-query';
import { keys } from '../keys.ts';

/** Puts what the stream says into the caches, so that pages show it without asking. */
export function patchCaches(queryClient: QueryClient, { event, data }: LiveFrame): void {
  if (event === 'overview') overtake(queryClient, keys.overview, data);
  else if (event === 'job') {
    if (isNewer(queryClient.getQueryData<Job>(keys.job(data.id)), data)) overtake(queryClient, keys.job(data.id), data);
  } else if (event === 'jobs') {
    const onTheirWay = queryClient.getQueryCache().findAll({ queryKey: keys.jobs, fetchStatus: 'fetching' });
    patchLists(queryClient, data.changes);
    // Their answers may be older than what the stream says, which may be its last word: it is said again.
    if (onTheirWay.length > 0)
      void Promise.allSettled(onTheirWay.map(async ({ promise }) => promise)).then(() => patchLists(queryClient, data.changes));
  }
}

function patchLists(queryClient: QueryClient, changes: readonly JobChange[]): void {
  // The first of a connection changes nothing: what changed between a list's answer and now, nobody has told.
  let unknown = changes.length === 0;
  for (const [key, list] of queryClient.getQueriesData<List<JobSummary>>({ queryKey: keys.jobs })) {
    if (!list || !Array.isArray(list.items)) continue;
    const patched = patchJobs(list, key[1] ?? {}, changes);
    queryClient.setQueryData(key, patched.list);
    unknown ||= patched.unknown;
  }
  // Whether and where another job belongs into a list is for the API to say; a slow answer is waited for.
  if (unknown) void queryClient.invalidateQueries({ queryKey: keys.jobs }, { cancelRefetch: false });
}

/**
 * The rows of a list with what changed of them, in their places.
 * @returns `unknown`: a job may belong into this list and is not there, or no longer; not for each step of those that do not
 */
export function patchJobs(
  list: List<JobSummary>,
  filter: JobFilter,
  changes: readonly JobChange[],
): { list: List<JobSummary>; unknown: boolean } {
  const byId = new Map(changes.map((change) => [change.id, change]));
  let unknown = false;
  const items = list.items.map((job) => {
    const change = byId.get(job.id);
    if (!change) return job;
    byId.delete(job.id);
    unknown ||= !hasState(filter, change);
    return change;
  });
  unknown ||= byId.values().some((change) => hasState(filter, change) && isInReach(list, filter, change));
  return { list: { ...list, items }, unknown };
}

function hasState({ state }: JobFilter, job: JobSummary): boolean {
  return state === undefined || [state].flat().includes(job.state);
}

/** Whether a job that is not shown belongs before the last that is; behind it there may be others. */
function isInReach({ items, total }: List<JobSummary>, { order }: JobFilter, job: JobSummary): boolean {
  const last = items.at(-1);
  if (!last || items.length >= total) return true;
  return order === 'oldest' ? job.createdAt < last.createdAt : job.createdAt > last.createdAt;
}

/** An answer that is still on its way may be older than what the stream says, which may be its last word: it is not waited for. */
function overtake(queryClient: QueryClient, key: QueryKey, data: unknown): void {
  void queryClient.cancelQueries({ queryKey: key, exact: true });
  queryClient.setQueryData(key, data);
}

/** What the stream says when it begins may be older than an answer that came; attempts only count up. */
function isNewer(before: Job | undefined, job: Job): boolean {
  return !before || job.attempt >= before.attempt;
}
