import type { Database } from '../database/database.ts';
import { parameters } from '../database/parameters.ts';
import { json, storable } from '../database/text.ts';
import type { AttemptStore, AttemptToken } from '../store.ts';
import { notify } from '../streams/channel.ts';
import { fenced, held } from './fence.ts';

type Report = Parameters<AttemptStore['finish']>[1];

/** See `AttemptStore.finish`. The first report stands. */
export async function finish({ query }: Database, token: AttemptToken, report: Report): Promise<{ jobId: string }> {
  const { outcome, step, result } = report;
  const code = report.code === undefined ? null : storable(report.code);
  const message = report.message === undefined ? null : storable(report.message);
  const { p, values } = parameters();
  const [row] = await query<{ jobId: string }>(
    `with ${held(token, p, { lockJob: true })},
     reported as (
       update attempt a set
         outcome = ${p(outcome)}, code = ${p(code)}, message = ${p(message)}, result = ${p(json(result))}::jsonb,
         step = coalesce(${p(step)}::integer, a.step), reported_at = now(), heartbeat_at = now()
       from held where a.id = held.id and held.outcome is null
       returning a.job_id, a.project_id, a.number
     ),
     changed as (
       update job j set event_seq = j.event_seq + 1, updated_at = now() from reported r where j.id = r.job_id
       returning j.id, j.event_seq, r.project_id, r.number
     ),
     told as (
       insert into event (job_id, seq, project_id, type, attempt, data)
       select id, event_seq, project_id, 'attempt', number, ${p(json({ outcome, code, message, step }))}::jsonb from changed
     )
     select job_id as "jobId", (select ${notify('event', 'id')} from changed) as notified from held`,
    values,
  );
  if (!row) throw fenced();
  return { jobId: row.jobId };
}
