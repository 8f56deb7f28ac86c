import { isTerminal } from '@massif/contracts';
import type { Database } from '../database/database.ts';
import { parameters } from '../database/parameters.ts';
import { json } from '../database/text.ts';
import { leaseHeld } from '../cluster/lease.ts';
import type { Job } from '../rows.ts';
import type { JobPatch, Transition } from '../store.ts';
import { notify } from '../streams/channel.ts';
import { jobColumns, jobFrom, toJob, type JobRecord } from './columns.ts';

/** Columns that a transition may change: how they are called in SQL and how a value becomes a parameter. */
const patchColumns: Record<keyof JobPatch, { column: string; type: string; parameter(value: unknown): unknown }> = {
  plan: { column: 'plan', type: 'jsonb', parameter: json },
  result: { column: 'result', type: 'jsonb', parameter: json },
  notBefore: { column: 'not_before', type: 'timestamptz', parameter: (value) => value },
  restarts: { column: 'restarts', type: 'integer', parameter: (value) => value },
  restartsWithoutProgress: { column: 'restarts_without_progress', type: 'integer', parameter: (value) => value },
};

/** See `JobStore.transition`. Rows are locked in the order lease, job, attempt, allocations, as everywhere. */
export async function transitionJob({ query }: Database, transition: Transition): Promise<Job | null> {
  const { jobId, from, to, expectedVersion, reason = null, patch = {}, data, lease } = transition;
  const ends = isTerminal(to);
  const { p, values } = parameters();
  const { cte, condition } = leaseHeld(lease, p);
  const assignments = (Object.keys(patchColumns) as (keyof JobPatch)[])
    .filter((name) => patch[name] !== undefined)
    .map((name) => {
      const { column, type, parameter } = patchColumns[name];
      return `${column} = ${p(parameter(patch[name]))}::${type},`;
    });
  const [record] = await query<JobRecord>(
    `with ${cte}
     before as materialized (
       select id, state from job
       where id = ${p(jobId)} and state = any(${p([...from])}::text[]) ${expectedVersion === undefined ? '' : `and version = ${p(expectedVersion)}`}
         and ${condition}
       for no key update
     ),
     changed as (
       update job set
         state = ${p(to)}, reason = ${p(json(reason))}::jsonb, ${assignments.join(' ')}
         version = version + 1, event_seq = event_seq + 1, updated_at = now(),
         started_at = ${to === 'running' ? 'coalesce(job.started_at, now())' : 'job.started_at'},
         ended_at = ${ends ? 'now()' : 'null'}
       from before where job.id = before.id
       returning job.*, before.state as from_state
     ),
     told as (
       insert into event (job_id, seq, project_id, type, from_state, to_state, attempt, reason, data)
       select id, event_seq, project_id, 'transition', from_state, state, attempt, reason, ${p(json(data))}::jsonb from changed
     )
     ${
       ends || transition.endAttempt
         ? `, ended as (
              update attempt a set ended_at = now() from changed c where a.job_id = c.id and a.ended_at is null
            ),
            freed as (
              update allocation a set released_at = now() from changed c where a.job_id = c.id and a.released_at is null
            )`
         : ''
     }
     select ${jobColumns}, ${notify('event', 'j.id')} from ${jobFrom('changed')}`,
    values,
  );
  return record ? toJob(record) : null;
}
