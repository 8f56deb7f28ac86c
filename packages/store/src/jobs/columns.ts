import type { JobState } from '@massif/contracts';
import type { Job, JobProgress, JobReason, Json } from '../rows.ts';

/** A job as `jobColumns` select it. */
export interface JobRecord extends Omit<Job, 'progress'> {
  progressStep: number | null;
  progressLoss: number | null;
  progressEvaluationLoss: number | null;
  progressTokens: number | null;
  progressStepTimeMs: number | null;
  progressTokensPerSecond: number | null;
  progressUpdatedAt: Date | null;
  progressLive: boolean;
  /** Of a statement that wakes readers. */
  notified?: string;
  // Named again so that a column that is forgotten below is a type error here.
  state: JobState;
  reason: JobReason | null;
  spec: Json;
}

/**
 * Supervisors say every second that they live; those of a simulated cluster, of which there are a thousand, each dozen. Three words of
 * theirs may be late on a busy machine. It is less than the minute after which the controller holds a gang to be lost.
 */
const liveFor = '40 seconds';

/** Whether somebody trains at `job j`. */
export const isLive = `exists (
    select from attempt a where a.job_id = j.id and a.number = j.attempt
      and a.step is not null and a.ended_at is null and a.outcome is null and a.heartbeat_at > now() - interval '${liveFor}'
  )`;

const columnsWith = ({ spec, plan, result }: Record<'spec' | 'plan' | 'result', string>) => `
  j.id, j.project_id as "projectId", p.name as project, j.queue, j.name, j.kind, j.priority, j.state, j.version,
  j.event_seq as "eventSeq", j.attempt, j.reason, ${spec} as spec, ${plan} as plan, ${result} as result,
  j.cancel_requested_at as "cancelRequestedAt", j.not_before as "notBefore", j.restarts,
  j.restarts_without_progress as "restartsWithoutProgress", j.created_by as "createdBy", j.created_at as "createdAt",
  j.updated_at as "updatedAt", j.started_at as "startedAt", j.ended_at as "endedAt",
  g.step as "progressStep", g.loss as "progressLoss", g.tokens as "progressTokens", g.step_time_ms as "progressStepTimeMs",
  g.tokens_per_second as "progressTokensPerSecond", g.updated_at as "progressUpdatedAt",
  ${isLive} as "progressLive",
  (select e.loss from evaluation e where e.job_id = j.id order by e.step desc limit 1) as "progressEvaluationLoss"`;

/** What is selected of `job j join project p left join progress g`. */
export const jobColumns = columnsWith({ spec: 'j.spec', plan: 'j.plan', result: 'j.result' });

/** The same without what is long: of the spec and the plan only what a line of a list shows. */
export const summaryColumns = columnsWith({
  spec: `jsonb_strip_nulls(jsonb_build_object(
    'kind', j.spec -> 'kind',
    'model', case when j.spec #> '{model,config}' is null then j.spec -> 'model'
      else jsonb_build_object('config', (
        select jsonb_object_agg(key, value) from jsonb_each(j.spec #> '{model,config}')
        where key = 'model_type' or jsonb_typeof(value) in ('number', 'boolean')
      )) end,
    'training', jsonb_build_object('steps', j.spec #> '{training,steps}', 'tokens', j.spec #> '{training,tokens}',
      'globalBatch', j.spec #> '{training,globalBatch}', 'sequence', j.spec #> '{training,sequence}')
  ))`,
  plan: `case when j.plan is not null then jsonb_build_object('layout', j.plan -> 'layout', 'devices', j.plan -> 'devices') end`,
  result: 'null::jsonb',
});

/** `from` of the above; `source` is `job` or what a statement has just written. */
export const jobFrom = (source: string) => `${source} j join project p on p.id = j.project_id left join progress g on g.job_id = j.id`;

export function toJob(record: JobRecord): Job {
  const {
    progressStep,
    progressLoss,
    progressEvaluationLoss,
    progressTokens,
    progressStepTimeMs,
    progressTokensPerSecond,
    progressUpdatedAt,
    progressLive,
    notified: _notified,
    ...job
  } = record;
  const progress: JobProgress | null =
    progressStep === null || progressUpdatedAt === null
      ? null
      : {
          step: progressStep,
          loss: progressLoss,
          evaluationLoss: progressEvaluationLoss,
          tokens: progressTokens,
          stepTimeMs: progressStepTimeMs,
          tokensPerSecond: progressTokensPerSecond,
          updatedAt: progressUpdatedAt,
          live: progressLive,
        };
  return { ...job, progress };
}
