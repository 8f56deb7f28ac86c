import { leaseHeld } from '../cluster/lease.ts';
import type { Database } from '../database/database.ts';
import { parameters } from '../database/parameters.ts';
import { scopeWhere } from '../database/scope.ts';
import type { Attempt, AttemptOutcome, Json, RankState } from '../rows.ts';
import type { AttemptStore, LeaseGuard } from '../store.ts';
import type { Announcer } from '../streams/announce.ts';
import { held } from './fence.ts';
import { finish } from './finish.ts';
import { heartbeat } from './heartbeat.ts';
import { ingest } from './ingest.ts';

export function attemptStore(database: Database, announcer: Announcer): AttemptStore {
  const { prisma, query } = database;
  const include = { ranks: { orderBy: { rank: 'asc' } } } as const;

  /** A write of the controller to an attempt that has not ended. */
  const change = async (
    id: string,
    lease: LeaseGuard | undefined,
    what: (p: (value: unknown) => string) => { assignments: string; condition?: string },
  ) => {
    const { p, values } = parameters();
    const { cte, condition: leaseCondition } = leaseHeld(lease, p);
    const { assignments, condition = 'true' } = what(p);
    const rows = await query(
      // A statement cannot begin with an empty list of CTEs.
      `with ${cte} target as (select ${p(id)}::text as id)
       update attempt a set ${assignments} from target
       where a.id = target.id and a.ended_at is null and ${condition} and ${leaseCondition}
       returning 1`,
      values,
    );
    return rows.length > 0;
  };

  return {
    get: async (scope, id) => toAttempt(await prisma.attempt.findFirst({ where: { id, ...scopeWhere(scope) }, include })),
    ofJob: async (scope, jobId, number) =>
      toAttempt(
        await prisma.attempt.findFirst({
          where: { jobId, ...scopeWhere(scope), ...(number === undefined ? {} : { number }) },
          orderBy: { number: 'desc' },
          include,
        }),
      ),
    list: async (scope, jobId) => {
      const rows = await prisma.attempt.findMany({ where: { jobId, ...scopeWhere(scope) }, orderBy: { number: 'desc' }, include });
      return rows.map((row) => toAttempt(row)!);
    },
    ranMs: async (jobId, { beforeNumber }) => {
      const [row] = await query<{ ms: number }>(
        `select coalesce(sum(greatest(extract(epoch from greatest(heartbeat_at, stop_requested_at) - launched_at) * 1000, 0)), 0)::double precision as ms
         from attempt where job_id = $1 and number < $2`,
        [jobId, beforeNumber],
      );
      return row!.ms;
    },
    verify: async (token) => {
      const { p, values } = parameters();
      const [row] = await query<{ jobId: string; projectId: string; number: number }>(
        `with ${held(token, p, { lock: false })} select job_id as "jobId", project_id as "projectId", number from held`,
        values,
      );
      return row ?? null;
    },
    replaceToken: (id, tokenHash, { lease } = {}) =>
      change(id, lease, (p) => ({ assignments: `token_hash = ${p(Buffer.from(tokenHash))}`, condition: 'a.heartbeat_at is null' })),
    markLaunched: (id, { lease } = {}) => change(id, lease, () => ({ assignments: 'launched_at = coalesce(a.launched_at, now())' })),
    markStopRequested: (id, { lease } = {}) =>
      change(id, lease, () => ({ assignments: 'stop_requested_at = coalesce(a.stop_requested_at, now())' })),
    heartbeat: (token, ranks) => heartbeat(database, token, ranks),
    ingest: (token, frame) => ingest({ query, announcer }, token, frame),
    finish: (token, report) => finish(database, token, report),
  };
}

interface AttemptRecord extends Omit<Attempt, 'placement' | 'outcome' | 'result' | 'ranks'> {
  placement: unknown;
  outcome: string | null;
  result: unknown;
  ranks: (Omit<Attempt['ranks'][number], 'state'> & { state: string })[];
}

function toAttempt(record: AttemptRecord | null): Attempt | null {
  if (!record) return null;
  const { id, projectId, jobId, number, placement, resumedFrom, admittedAt, launchedAt, heartbeatAt, stopRequestedAt, step, outcome } =
    record;
  return {
    id,
    projectId,
    jobId,
    number,
    placement: placement as Json,
    resumedFrom,
    admittedAt,
    launchedAt,
    heartbeatAt,
    stopRequestedAt,
    step,
    outcome: outcome as AttemptOutcome | null,
    code: record.code,
    message: record.message,
    result: record.result as Json | null,
    reportedAt: record.reportedAt,
    endedAt: record.endedAt,
    ranks: record.ranks.map(({ rank, nodeId, deviceId, state, pid, step: rankStep, updatedAt }) => ({
      rank,
      nodeId,
      deviceId,
      state: state as RankState,
      pid,
      step: rankStep,
      updatedAt,
    })),
  };
}
