import type { JobChange, JobState, LiveData } from '@massif/contracts';
import type { JobSummary, Scope, Store } from '@massif/store';
import { sharedFrame, type Picture } from './feed.ts';

/** Jobs that are read in one statement. */
const batch = 1000;
/** Looks of which the changes are kept for readers that are slow; the next look takes a second at least. */
const looksKept = 60;

export interface JobsPictureOptions {
  store: Pick<Store, 'jobs' | 'listener'>;
  scope: Scope;
  view(row: JobSummary): JobChange;
}

/** What changed of the jobs of a project: which they are is told by the database, how they are now is then read. */
export function jobsPicture({ store: { jobs, listener }, scope, view }: JobsPictureOptions): Picture {
  const changed = new Set<string>();
  let counts: Partial<Record<JobState, number>> = {};
  let recount = true;
  /** Since when it is not known what changed: the connection that tells of it was not there. */
  let missedSince: Date | undefined;
  let version = 0;
  /** The last changes, in their order. */
  const kept = new Map<string, { version: number; change: JobChange }>();
  let lookedAt = new Date();

  const unsubscribe = listener.subscribe({
    topics: ['event', 'metric'],
    onChange(change) {
      if (change === 'listening') {
        missedSince ??= lookedAt;
        recount = true;
      } else {
        changed.add(change.jobId);
        recount ||= change.topic === 'event';
      }
    },
  });

  const forget = () => {
    for (const [id, entry] of kept) {
      if (entry.version > version - looksKept) return;
      kept.delete(id);
    }
  };

  return {
    get version() {
      return version;
    },
    async look() {
      const startedAt = new Date();
      // Taken before anything is read: what changes meanwhile is read the next time.
      const [ids, again, since] = [[...changed].slice(0, batch), recount, missedSince];
      for (const id of ids) changed.delete(id);
      [recount, missedSince] = [false, undefined];
      let rows: JobSummary[];
      try {
        if (since !== undefined) for (const id of await jobs.changedSince(scope, since)) changed.add(id);
        if (again) counts = await jobs.countByState(scope);
        rows = ids.length > 0 ? await jobs.summariesOf(scope, ids) : [];
      } catch (error) {
        for (const id of ids) changed.add(id);
        recount ||= again;
        missedSince = since ?? missedSince;
        throw error;
      }
      lookedAt = startedAt;
      if (rows.length === 0 && version > 0) return;
      version++;
      for (const row of rows) {
        kept.delete(row.id);
        kept.set(row.id, { version, change: view(row) });
      }
      forget();
    },
    since(seen) {
      if (seen !== 0 && seen < version - looksKept) throw new Error('a reader of jobs is a minute behind');
      const changes = seen === 0 ? [] : [...kept.values()].filter((entry) => entry.version > seen).map(({ change }) => change);
      return [sharedFrame('jobs', { changes, counts } satisfies LiveData<'jobs'>)];
    },
    close: unsubscribe,
  };
}
