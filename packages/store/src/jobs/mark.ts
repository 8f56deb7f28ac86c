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

/** See `JobStore.setReason`. */
export const setReason =
  ({ query }: Database): JobStore['setReason'] =>
  async (id, reason, { states, lease }) => {
    const { p, values } = parameters();
    const { cte, condition } = leaseHeld(lease, p);
    const text = p(json(reason));
    await query(
      `with ${cte} given as (select ${text}::jsonb as reason)
       update job set reason = given.reason, updated_at = now() from given
       where job.id = ${p(id)} and job.state = any(${p([...states])}::text[]) and job.reason is distinct from given.reason and ${condition}`,
      values,
    );
  };
