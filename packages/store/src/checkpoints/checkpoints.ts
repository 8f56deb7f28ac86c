import { newId } from '@massif/contracts';
import { fenced, held } from '../attempts/fence.ts';
import { leaseHeld } from '../cluster/lease.ts';
import type { Database } from '../database/database.ts';
import { parameters } from '../database/parameters.ts';
import { scopeSql } from '../database/scope.ts';
import { json, storable } from '../database/text.ts';
import { encodeCursor, pageLimit, pageOf, placeOf } from '../paging/page.ts';
import type { Checkpoint } from '../rows.ts';
import type { CheckpointStore } from '../store.ts';
import { notify } from '../streams/channel.ts';

/** A row of `checkpoint c join attempt a`. */
const columns = `c.id, c.project_id as "projectId", c.job_id as "jobId", c.attempt_id as "attemptId", a.number as attempt, c.step, c.path,
  c.bytes, c.files, c.committed_at as "committedAt", c.expired_at as "expiredAt"`;
const from = 'checkpoint c join attempt a on a.id = c.attempt_id';
/** Not the highest step: an attempt that could not read the newest one goes on from one before it. */
const newestFirst = 'c.committed_at desc, c.id desc';

export function checkpointStore({ query }: Database): CheckpointStore {
  const commit: CheckpointStore['commit'] = async (token, { step, path, bytes, files }) => {
    const { p, values } = parameters();
    const [row] = await query<{ attemptId: string }>(
      `with ${held(token, p, { lockJob: true })},
       alive as (
         update attempt a set heartbeat_at = now() from held where a.id = held.id
       ),
       added as (
         insert into checkpoint (id, project_id, job_id, attempt_id, step, path, bytes, files, committed_at)
         select ${p(newId('checkpoint'))}, project_id, job_id, id, ${p(step)}::integer, ${p(storable(path))}, ${p(bytes)}::bigint, ${p(json(files))}::jsonb,
                clock_timestamp()
         from held
         on conflict (attempt_id, step) do nothing
         returning id, job_id, project_id
       ),
       changed as (
         update job j set event_seq = j.event_seq + 1, updated_at = now() from added where j.id = added.job_id
         returning j.id, j.event_seq, j.attempt, added.project_id, added.id as checkpoint_id
       ),
       told as (
         insert into event (job_id, seq, project_id, type, attempt, data)
         select id, event_seq, project_id, 'checkpoint', attempt,
                jsonb_build_object('step', ${p(step)}::integer, 'id', checkpoint_id, 'bytes', ${p(bytes)}::bigint)
         from changed
       )
       select id as "attemptId", (select ${notify('event', 'id')} from changed) as notified from held`,
      values,
    );
    if (!row) throw fenced();
    const [checkpoint] = await query<Checkpoint>(`select ${columns} from ${from} where c.attempt_id = $1 and c.step = $2`, [
      row.attemptId,
      step,
    ]);
    return checkpoint!;
  };

  return {
    commit,
    list: async (scope, jobId, page = {}) => {
      const limit = pageLimit(page.limit);
      const place = placeOf(page.cursor);
      const select = (what: string, { p }: ReturnType<typeof parameters>, rest = '') =>
        `select ${what} from ${from} where c.job_id = ${p(jobId)} and ${scopeSql(scope, 'c.project_id', p)} and c.expired_at is null ${rest}`;
      const all = parameters();
      const one = parameters();
      const after = place ? `and (c.committed_at, c.id) < (${one.p(place.time)}::timestamptz, ${one.p(place.id)}::text)` : '';
      const [found, [count]] = await Promise.all([
        query<Checkpoint>(select(columns, one, `${after} order by ${newestFirst} limit ${limit + 1}`), one.values),
        query<{ total: number }>(select('count(*) as total', all), all.values),
      ]);
      return pageOf(found, { limit, total: count!.total, cursor: ({ committedAt, id }) => encodeCursor([committedAt.getTime(), id]) });
    },
    latest: async (jobId) => {
      const [checkpoint] = await query<Checkpoint>(
        `select ${columns} from ${from} where c.job_id = $1 and c.expired_at is null order by ${newestFirst} limit 1`,
        [jobId],
      );
      return checkpoint ?? null;
    },
    expire: async (jobId, { keep, lease }) => {
      const { p, values } = parameters();
      const { cte, condition } = leaseHeld(lease, p);
      const id = p(jobId);
      return await query<Checkpoint>(
        `with ${cte}
         kept as (
           select c.id from checkpoint c where c.job_id = ${id} and c.expired_at is null order by ${newestFirst} limit ${p(Math.max(0, keep))}
         ),
         expired as (
           update checkpoint c set expired_at = now()
           where c.job_id = ${id} and c.expired_at is null and not exists (select from kept where kept.id = c.id) and ${condition}
           returning *
         ),
         gone as (
           select * from expired
           union all
           select * from checkpoint c where c.job_id = ${id} and c.expired_at is not null and c.removed_at is null and ${condition}
         )
         select ${columns} from gone c join attempt a on a.id = c.attempt_id order by ${newestFirst}`,
        values,
      );
    },
    markRemoved: async (ids) => {
      await query('update checkpoint set removed_at = now() where id = any($1::text[]) and removed_at is null and expired_at is not null', [
        [...ids],
      ]);
    },
  };
}
