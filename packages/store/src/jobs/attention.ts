import type { Database } from '../database/database.ts';
import { parameters } from '../database/parameters.ts';
import { scopeSql } from '../database/scope.ts';
import type { JobAttention, Scope } from '../rows.ts';
import { activeStates } from './list.ts';

const failedWithin = '24 hours';
/** Of what a job waits for, what waiting does not bring. */
const stuckCodes = ['not_enough_devices', 'no_node_large_enough', 'nodes_unavailable'];
const waitingStates = ['submitted', 'planned', 'queued'];
/** Restarts in a row without a step further, from which on it is no accident. */
const crashesMin = 2;

/** See `JobStore.attention`. */
export async function jobAttention(
  { query }: Database,
  scope: Scope,
  { limit }: { limit: number },
): Promise<{ items: JobAttention[]; total: number }> {
  const { p, values } = parameters();
  const mine = scopeSql(scope, 'j.project_id', p);
  const rows = await query<JobAttention & { total: number }>(
    `with found as (
       select 'job_failed' as kind, j.ended_at as since, j.id, j.name, j.reason from job j
       where ${mine} and j.state = 'failed' and j.ended_at > now() - interval '${failedWithin}'
         and not exists (
           select from job later
           where later.project_id = j.project_id and later.created_at > j.created_at and later.name = j.name and later.state = 'succeeded'
         )
       union all
       select 'job_stuck', j.updated_at, j.id, j.name, j.reason from job j
       where ${mine} and j.state = any(${p(waitingStates)}::text[]) and j.reason ->> 'code' = any(${p(stuckCodes)}::text[])
       union all
       select 'job_crashing', j.updated_at, j.id, j.name, j.reason from job j
       where ${mine} and j.state = any(${p(activeStates)}::text[]) and j.restarts_without_progress >= ${crashesMin}
     )
     select *, count(*) over () as total from found order by since desc, id desc limit ${p(limit)}::bigint`,
    values,
  );
  return { items: rows.map(({ total: _, ...item }) => item), total: rows[0]?.total ?? 0 };
}
