import { newId } from '@massif/contracts';
import { leaseHeld } from '../cluster/lease.ts';
import type { Database } from '../database/database.ts';
import { brokenConstraint } from '../database/errors.ts';
import { parameters } from '../database/parameters.ts';
import { json } from '../database/text.ts';
import type { Attempt, Job } from '../rows.ts';
import type { AdmitJob } from '../store.ts';
import { notify } from '../streams/channel.ts';
import { jobColumns, jobFrom, toJob, type JobRecord } from './columns.ts';

/** The partial unique index that makes it impossible to give a device twice. */
const deviceInUse = 'allocation_device_in_use';

/** See `JobStore.admit`. */
export async function admitJob({ query }: Database, admission: AdmitJob): Promise<{ job: Job; attempt: Attempt } | null> {
  const { jobId, expectedVersion, attemptId, tokenHash, ranks, placement, resumedFrom = null, data, lease } = admission;
  const { p, values } = parameters();
  const { cte, condition } = leaseHeld(lease, p);
  const id = p(attemptId);
  try {
    const [record] = await query<JobRecord & { admittedAt: Date }>(
      `with ${cte}
       changed as (
         update job set
           state = 'admitted', reason = null, not_before = null, attempt = attempt + 1,
           version = version + 1, event_seq = event_seq + 1, updated_at = now()
         where id = ${p(jobId)} and state = 'queued' and cancel_requested_at is null
           ${expectedVersion === undefined ? '' : `and version = ${p(expectedVersion)}`} and ${condition}
         returning *
       ),
       given as (
         select * from unnest(
           ${p(ranks.map(() => newId('allocation')))}::text[], ${p(ranks.map(({ rank }) => rank))}::integer[],
           ${p(ranks.map(({ nodeId }) => nodeId))}::text[], ${p(ranks.map(({ deviceId }) => deviceId))}::text[]
         ) as given (allocation_id, rank, node_id, device_id)
       ),
       started as (
         insert into attempt (id, project_id, job_id, number, token_hash, placement, resumed_from)
         select ${id}, project_id, id, attempt, ${p(Buffer.from(tokenHash))}, ${p(json(placement))}::jsonb, ${p(resumedFrom)}::integer from changed
         returning admitted_at
       ),
       placed as (
         insert into rank (attempt_id, rank, project_id, node_id, device_id)
         select ${id}, rank, project_id, node_id, device_id from changed, given
       ),
       allocated as (
         insert into allocation (id, project_id, device_id, job_id, attempt_id)
         select allocation_id, project_id, device_id, changed.id, ${id} from changed, given
         -- The same order for everybody: two that want the same devices wait for each other, and never in a circle.
         order by device_id
       ),
       told as (
         insert into event (job_id, seq, project_id, type, from_state, to_state, attempt, data)
         select id, event_seq, project_id, 'transition', 'queued', state, attempt, ${p(json(data))}::jsonb from changed
       )
       select ${jobColumns}, started.admitted_at as "admittedAt", ${notify('event', 'j.id')} from started, ${jobFrom('changed')}`,
      values,
    );
    if (!record) return null;
    const { admittedAt, ...job } = record;
    return { job: toJob(job), attempt: newAttempt(admission, job, admittedAt) };
  } catch (error) {
    // The whole statement is undone: one of the devices was given to another job meanwhile.
    if (brokenConstraint(error) === deviceInUse) return null;
    throw error;
  }
}

function newAttempt({ attemptId, placement, resumedFrom = null, ranks }: AdmitJob, job: JobRecord, admittedAt: Date): Attempt {
  return {
    id: attemptId,
    projectId: job.projectId,
    jobId: job.id,
    number: job.attempt,
    placement,
    resumedFrom,
    admittedAt,
    launchedAt: null,
    heartbeatAt: null,
    stopRequestedAt: null,
    step: null,
    outcome: null,
    code: null,
    message: null,
    result: null,
    reportedAt: null,
    endedAt: null,
    ranks: ranks
      .map(({ rank, nodeId, deviceId }) => ({ rank, nodeId, deviceId, state: 'starting' as const, pid: null, step: null, updatedAt: null }))
      .toSorted((a, b) => a.rank - b.rank),
  };
}
