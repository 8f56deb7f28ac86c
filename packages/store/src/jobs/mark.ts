import { leaseHeld } from '../cluster/lease.ts';
import type { Database } from '../database/database.ts';
import { parameters } from '../database/parameters.ts';
import { scopeSql } from '../database/scope.ts';
import { json } from '../database/text.ts';
import type { Job, JobReason, Scope } from '../rows.ts';
import type { JobStore } from '../store.ts';
import { notify } from '../streams/channel.ts';
import { jobColumns, jobFrom, toJob, type JobRecord } from './columns.ts';
import { activeStates, getJob } from './list.ts';

/** See `JobStore.requestCancel`. */
export async function requestCancel(database: Database, scope: Scope, id: string, reason?: JobReason): Promise<Job | null> {
  const { p, values } = parameters();
  const [record] = await database.query<JobRecord>(
    `with changed as (
       update job set cancel_requested_at = now(), event_seq = event_seq + 1, updated_at = now()
       where id = ${p(id)} and ${scopeSql(scope, 'project_id', p)} and cancel_requested_at is null and state = any(${p(activeStates)}::text[])
       returning *
     ),
     told as (
       insert into event (job_id, seq, project_id, type, attempt, reason)
       select id, event_seq, project_id, 'cancel', attempt, ${p(json(reason))}::jsonb from changed
     )
     select ${jobColumns}, ${notify('event', 'j.id')} from ${jobFrom('changed')}`,
    values,
  );
  return record ? toJob(record) : await getJob(database, scope, id);
}

/** See `JobStore.setReasons`. One statement: there may be a thousand jobs that wait. */
export const setReasons =
  ({ query }: Database): JobStore['setReasons'] =>
  async (reasons, { states, lease }) => {
    if (reasons.length === 0) return;
    const { p, values } = parameters();
    const { cte, condition } = leaseHeld(lease, p);
    const [ids, texts] = [reasons.map(({ jobId }) => jobId), reasons.map(({ reason }) => json(reason))];
    await query(
      `with ${cte} given as (select * from unnest(${p(ids)}::text[], ${p(texts)}::jsonb[]) as given (id, reason)),
       -- The same order for everybody: two that write at the same time never wait for each other in a circle.
       differing as materialized (
         select job.id, given.reason, job.reason ->> 'code' is distinct from given.reason ->> 'code' as is_another
         from job join given on given.id = job.id
         where job.state = any(${p([...states])}::text[]) and job.reason is distinct from given.reason and ${condition}
         order by job.id for no key update of job
       ),
       changed as (
         update job set reason = differing.reason, updated_at = now() from differing where job.id = differing.id
       )
       select ${notify('event', 'id')} from differing where is_another`,
      values,
    );
  };
