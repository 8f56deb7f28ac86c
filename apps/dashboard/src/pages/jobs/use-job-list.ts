import type { JobState, LiveData } from '@massif/contracts';
import { useQuery } from '@tanstack/react-query';
import { useEffect, useEffectEvent, useState, useSyncExternalStore } from 'react';
import { client } from '../../api/client.ts';
import { useLive } from '../../api/live/live.tsx';
import { createJobList, mayCatchUp, settleMs, type JobList, type JobListState } from './job-list.ts';
import { statesIn, type JobsSearch } from './search.ts';

interface LiveJobList extends JobListState {
  /** Says which rows are in view. */
  look: JobList['look'];
  refresh: JobList['refresh'];
  /** Jobs of the project by state; undefined before the stream has said. */
  counts: Partial<Record<JobState, number>> | undefined;
}

function newList(filter: JobsSearch): JobList {
  const { state, ...rest } = filter;
  const states = state === undefined ? {} : { state: statesIn(filter) };
  return createJobList(filter, {
    page: (query, signal) => client.jobs.summaries({ ...rest, ...states, ...query, signal }),
    async job(before, signal) {
      const { state: now, reason, attempt, startedAt, endedAt, progress } = await client.jobs.get(before.id, { signal });
      return { ...before, state: now, reason, attempt, startedAt, endedAt, progress };
    },
  });
}

/**
 * A list of jobs, as long as it may be, with what the stream says of it. It stays in the caches for a while, so that who comes back
 * finds it as he left it.
 * @param mayMove whether rows may change their places now
 */
export function useJobList({ order: _, ...filter }: JobsSearch, mayMove: boolean): LiveJobList {
  const create = () => newList(filter);
  const { data: list } = useQuery({ queryKey: ['job-windows', filter], queryFn: create, initialData: create, staleTime: Infinity });
  const state = useSyncExternalStore(list.subscribe, list.state);
  const [counts, setCounts] = useState<LiveData<'jobs'>['counts']>();
  useLive({ kind: 'jobs' }, (frame) => {
    if (frame.event !== 'jobs') return;
    setCounts(frame.data.counts);
    if (frame.data.changes.length === 0) list.revalidate();
    else list.change(frame.data.changes);
  });
  const mustCatchUp = mayCatchUp(state, mayMove);
  const refresh = useEffectEvent(() => list.refresh());
  useEffect(() => {
    if (mustCatchUp) refresh();
  }, [mustCatchUp]);
  useEffect(() => {
    // It may have lain in the caches, where nobody tells it what changes. A page that was left scrolled is scrolled there first.
    const { window, error } = list.state();
    const timer = window.total !== null || error ? setTimeout(list.revalidate, settleMs) : undefined;
    return () => {
      clearTimeout(timer);
      list.end();
    };
  }, [list]);
  return { ...state, look: list.look, refresh: list.refresh, counts };
}
