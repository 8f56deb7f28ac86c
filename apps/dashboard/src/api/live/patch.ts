import type { Job, JobChange, JobSummary, List, LiveFrame } from '@massif/contracts';
import type { QueryClient } from '@tanstack/react-query';
import { keys } from '../keys.ts';

/** Puts what the stream says into the caches, so that pages show it without asking. */
export function patchCaches(queryClient: QueryClient, { event, data }: LiveFrame): void {
  if (event === 'overview') queryClient.setQueryData(keys.overview, data);
  else if (event === 'job') queryClient.setQueryData<Job>(keys.job(data.id), (before) => newerJob(before, data));
  else if (event === 'jobs') {
    // The first of a connection changes nothing: what changed between a list's answer and now, nobody has told.
    let unknown = data.changes.length === 0;
    for (const [key, list] of queryClient.getQueriesData<List<JobSummary>>({ queryKey: keys.jobs })) {
      if (!list || !Array.isArray(list.items)) continue;
      const patched = patchJobs(list, data.changes);
      queryClient.setQueryData(key, patched.list);
      unknown ||= patched.unknown;
    }
    // Whether and where another job belongs into a list is for the API to say.
    if (unknown) void queryClient.invalidateQueries({ queryKey: keys.jobs });
  }
}

/**
 * The rows of a list with what changed of them, in their places.
 * @returns `unknown`: a change may be of a job that belongs into this list and is not there, or no longer
 */
export function patchJobs(list: List<JobSummary>, changes: readonly JobChange[]): { list: List<JobSummary>; unknown: boolean } {
  const byId = new Map(changes.map((change) => [change.id, change]));
  let unknown = false;
  const items = list.items.map((job) => {
    const change = byId.get(job.id);
    if (!change) return job;
    byId.delete(job.id);
    unknown ||= change.state !== job.state;
    return change;
  });
  return { list: { ...list, items }, unknown: unknown || byId.size > 0 };
}

/** An answer that was on its way may be older than what the stream said meanwhile; attempts only count up. */
function newerJob(before: Job | undefined, job: Job): Job {
  if (!before || job.attempt >= before.attempt) return job;
  return before;
}
