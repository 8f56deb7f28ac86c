import { AppError } from '@massif/contracts';
import type { Database, Query } from '../database/database.ts';
import { parameters } from '../database/parameters.ts';
import { json } from '../database/text.ts';
import type { Json } from '../rows.ts';
import type { SubmitJob, Submitted } from '../store.ts';
import { notify } from '../streams/channel.ts';
import { jobColumns, jobFrom, toJob, type JobRecord } from './columns.ts';

/** For how long a repeated key is answered like the first. */
const keyHours = 24;

/** See `JobStore.submit`. */
export async function submitJob({ query }: Database, job: SubmitJob): Promise<Submitted> {
  const inserted = await insert(query, job);
  if (inserted) return { replayed: false, job: toJob(inserted) };
  // Nothing was written: the key is taken, by a request whose statement has committed by now, or there is no such queue.
  if (job.idempotency) {
    const { key, bodyHash } = job.idempotency;
    const first = await firstAnswer({ query }, { projectId: job.projectId, key, bodyHash });
    if (first) return { replayed: true, ...first };
  }
  throw new AppError('not_found', `There is no queue ${job.queue} in this project`, { context: { path: 'queue' } });
}

async function insert(query: Query, job: SubmitJob): Promise<JobRecord | undefined> {
  const { p, values } = parameters();
  const [id, projectId, queue, createdAt] = [p(job.id), p(job.projectId), p(job.queue), p(job.createdAt ?? new Date())];
  const key = job.idempotency;
  const [record] = await query<JobRecord>(
    `with place as (
       select q.project_id, q.name from queue q where q.project_id = ${projectId} and q.name = ${queue}
     ),
     claimed as (
       ${
         key
           ? `insert into idempotency_key as k (project_id, key, body_hash, job_id, status, body, expires_at)
              select project_id, ${p(key.key)}, ${p(Buffer.from(key.bodyHash))}, ${id}, ${p(key.status)}, ${p(json(key.body))}::json, now() + interval '${keyHours} hours'
              from place
              on conflict (project_id, key) do update
                set body_hash = excluded.body_hash, job_id = excluded.job_id, status = excluded.status, body = excluded.body,
                    created_at = now(), expires_at = excluded.expires_at
                where k.expires_at <= now()
              returning 1`
           : 'select 1 from place'
       }
     ),
     added as (
       insert into job (id, project_id, queue, name, kind, priority, state, spec, plan, created_by, created_at, updated_at)
       select ${id}, project_id, name, ${p(job.name)}, ${p(job.kind)}, ${p(job.priority)}, 'submitted', ${p(json(job.spec))}::jsonb, ${p(json(job.plan))}::jsonb,
              ${p(job.createdBy ?? null)}, ${createdAt}::timestamptz, ${createdAt}::timestamptz
       from place where exists (select from claimed)
       returning *
     ),
     counted as (
       insert into progress (job_id, project_id) select id, project_id from added
     ),
     told as (
       insert into event (job_id, seq, project_id, type, to_state) select id, event_seq, project_id, 'transition', state from added
     )
     select ${jobColumns}, ${notify('event', 'j.id')} from ${jobFrom('added')}`,
    values,
  );
  return record;
}

/** See `JobStore.firstAnswer`. */
export async function firstAnswer(
  { query }: Pick<Database, 'query'>,
  { projectId, key, bodyHash }: { projectId: string; key: string; bodyHash: Uint8Array },
): Promise<{ status: number; body: Json } | null> {
  const [first] = await query<{ bodyHash: Buffer; status: number; body: Json }>(
    'select body_hash as "bodyHash", status, body from idempotency_key where project_id = $1 and key = $2 and expires_at > now()',
    [projectId, key],
  );
  if (!first) return null;
  if (!first.bodyHash.equals(bodyHash))
    throw new AppError('idempotency_conflict', `The idempotency key ${key} was used for another request; use another key for another job`);
  return { status: first.status, body: first.body };
}
