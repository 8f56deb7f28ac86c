import type { Database } from '../database/database.ts';
import type { Attempt } from '../rows.ts';
import type { WaitingJob, WatchedJob } from '../store.ts';
import { activeStates } from './list.ts';

/** Columns of the current attempt, each with a name of its own: there may be none. */
const attemptColumns = {
  id: 'a.id',
  admittedAt: 'a.admitted_at',
  launchedAt: 'a.launched_at',
  heartbeatAt: 'a.heartbeat_at',
  stopRequestedAt: 'a.stop_requested_at',
  step: 'a.step',
  outcome: 'a.outcome',
  code: 'a.code',
  message: 'a.message',
  reportedAt: 'a.reported_at',
} as const satisfies Partial<Record<keyof Attempt, string>>;

type AttemptKey = keyof typeof attemptColumns;
type WatchedRecord = Omit<WatchedJob, 'current'> & { [Key in AttemptKey as `a_${Key}`]: Attempt[Key] | null };

/** See `JobStore.watched`. */
export async function watchedJobs({ query }: Database): Promise<WatchedJob[]> {
  const ofAttempt = Object.entries(attemptColumns).map(([name, column]) => `${column} as "a_${name}"`);
  const records = await query<WatchedRecord>(
    `select j.id, j.state, j.attempt, j.cancel_requested_at as "cancelRequestedAt", j.restarts,
            j.restarts_without_progress as "restartsWithoutProgress", j.spec -> 'limits' as limits, g.step_time_ms as "stepTimeMs",
            ${ofAttempt.join(', ')}
     from job j left join progress g on g.job_id = j.id left join attempt a on a.job_id = j.id and a.number = j.attempt
     where j.state = any($1::text[]) and (j.state <> 'queued' or j.cancel_requested_at is not null)
     order by j.created_at, j.id`,
    [activeStates],
  );
  return records.map((record) => {
    const { id, state, attempt, cancelRequestedAt, restarts, restartsWithoutProgress, limits, stepTimeMs } = record;
    const row = Object.fromEntries(Object.keys(attemptColumns).map((name) => [name, record[`a_${name as AttemptKey}`]]));
    const current = record.a_id === null ? null : (row as unknown as NonNullable<WatchedJob['current']>);
    return { id, state, attempt, cancelRequestedAt, restarts, restartsWithoutProgress, limits, stepTimeMs, current };
  });
}

/** See `JobStore.waiting`. */
export function waitingJobs({ query }: Database): Promise<WaitingJob[]> {
  return query<WaitingJob>(
    `select id, state, version, priority, created_at as "createdAt", not_before as "notBefore", reason, spec -> 'resources' as resources,
            jsonb_build_object('layout', plan -> 'layout', 'memoryGiB', plan -> 'memoryGiB') as plan
     from job where state in ('submitted', 'planned', 'queued') and cancel_requested_at is null order by created_at, id`,
  );
}
