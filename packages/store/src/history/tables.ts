import { isTerminal, newId } from '@massif/contracts';
import { json, storable } from '../database/text.ts';
import type { PastJob } from './past-job.ts';

/** What is written of a past job into one table: columns with their types, and rows with a value for each. */
interface PastTable {
  name: string;
  columns: Readonly<Record<string, string>>;
  rows(job: PastJob): Record<string, unknown>[];
}

/** Steps that a job's speed is the mean of, as with a live one. */
const speedSteps = 20;
const time = 'timestamptz';

/** In the order in which rows refer to others. */
export const tables: readonly PastTable[] = [
  {
    name: 'job',
    columns: {
      id: 'text',
      project_id: 'text',
      queue: 'text',
      name: 'text',
      kind: 'text',
      priority: 'integer',
      state: 'text',
      version: 'integer',
      event_seq: 'integer',
      attempt: 'integer',
      reason: 'jsonb',
      spec: 'jsonb',
      plan: 'jsonb',
      result: 'jsonb',
      restarts: 'integer',
      restarts_without_progress: 'integer',
      created_by: 'text',
      cancel_requested_at: time,
      created_at: time,
      updated_at: time,
      started_at: time,
      ended_at: time,
    },
    rows: ({ job, events, attempts }) => {
      const moves = events.filter(({ type }) => type === 'transition');
      const last = moves.at(-1)!;
      return [
        {
          ...job,
          project_id: job.projectId,
          state: last.to,
          version: moves.length,
          event_seq: events.length,
          attempt: attempts.length,
          reason: json(last.reason),
          spec: json(job.spec),
          plan: json(job.plan),
          result: json(job.result),
          restarts_without_progress: job.restartsWithoutProgress,
          created_by: job.createdBy,
          cancel_requested_at: events.find(({ type }) => type === 'cancel')?.time,
          created_at: job.createdAt,
          updated_at: events.at(-1)!.time,
          started_at: moves.find(({ to }) => to === 'running')?.time,
          ended_at: isTerminal(last.to!) ? last.time : null,
        },
      ];
    },
  },
  {
    name: 'progress',
    columns: {
      job_id: 'text',
      project_id: 'text',
      metric_seq: 'bigint',
      log_seq: 'bigint',
      step: 'integer',
      loss: 'double precision',
      tokens: 'bigint',
      step_time_ms: 'double precision',
      tokens_per_second: 'double precision',
      updated_at: time,
    },
    rows: ({ job, steps, evaluations, logs }) => {
      const last = steps.at(-1);
      const recent = steps.slice(-speedSteps);
      const stepTimeMs = last && recent.reduce((sum, step) => sum + step.stepTimeMs, 0) / recent.length;
      return [
        {
          job_id: job.id,
          project_id: job.projectId,
          metric_seq: steps.length + evaluations.length,
          log_seq: logs.length,
          step: last?.step,
          loss: last?.loss,
          tokens: last?.tokens,
          step_time_ms: stepTimeMs,
          tokens_per_second: last && stepTimeMs && (last.tokens / (last.step + 1)) * (1000 / stepTimeMs),
          updated_at: last?.time,
        },
      ];
    },
  },
  {
    name: 'event',
    columns: {
      job_id: 'text',
      seq: 'integer',
      project_id: 'text',
      time,
      type: 'text',
      from_state: 'text',
      to_state: 'text',
      attempt: 'integer',
      reason: 'jsonb',
      data: 'jsonb',
    },
    rows: ({ job, events }) =>
      events.map((event, index) => ({
        ...event,
        job_id: job.id,
        seq: index + 1,
        project_id: job.projectId,
        from_state: event.from,
        to_state: event.to,
        reason: json(event.reason),
        data: json(event.data),
      })),
  },
  {
    name: 'attempt',
    columns: {
      id: 'text',
      project_id: 'text',
      job_id: 'text',
      number: 'integer',
      token_hash: 'bytea',
      placement: 'jsonb',
      resumed_from: 'integer',
      admitted_at: time,
      launched_at: time,
      heartbeat_at: time,
      step: 'integer',
      outcome: 'text',
      code: 'text',
      message: 'text',
      result: 'jsonb',
      reported_at: time,
      ended_at: time,
    },
    rows: ({ job, attempts }) =>
      attempts.map((attempt) => ({
        ...attempt,
        project_id: job.projectId,
        job_id: job.id,
        token_hash: Buffer.from(attempt.tokenHash),
        placement: json(attempt.placement),
        resumed_from: attempt.resumedFrom,
        admitted_at: attempt.admittedAt,
        launched_at: attempt.launchedAt,
        heartbeat_at: attempt.heartbeatAt,
        result: json(attempt.result),
        reported_at: attempt.reportedAt,
        ended_at: attempt.endedAt,
      })),
  },
  {
    name: 'rank',
    columns: {
      attempt_id: 'text',
      rank: 'integer',
      project_id: 'text',
      node_id: 'text',
      device_id: 'text',
      state: 'text',
      pid: 'integer',
      step: 'integer',
      updated_at: time,
    },
    rows: ({ job, attempts }) =>
      attempts.flatMap(({ id, ranks, step, heartbeatAt }) =>
        ranks.map((rank) => ({
          ...rank,
          attempt_id: id,
          project_id: job.projectId,
          node_id: rank.nodeId,
          device_id: rank.deviceId,
          step,
          updated_at: heartbeatAt,
        })),
      ),
  },
  {
    name: 'allocation',
    columns: {
      id: 'text',
      project_id: 'text',
      device_id: 'text',
      job_id: 'text',
      attempt_id: 'text',
      created_at: time,
      released_at: time,
    },
    rows: ({ job, attempts }) =>
      attempts.flatMap(({ id, ranks, admittedAt, endedAt }) =>
        ranks.map(({ deviceId }) => ({
          id: newId('allocation'),
          project_id: job.projectId,
          device_id: deviceId,
          job_id: job.id,
          attempt_id: id,
          created_at: admittedAt,
          released_at: endedAt,
        })),
      ),
  },
  {
    name: 'metric',
    columns: {
      job_id: 'text',
      step: 'integer',
      project_id: 'text',
      seq: 'bigint',
      attempt: 'integer',
      time,
      loss: 'double precision',
      grad_norm: 'double precision',
      tokens: 'double precision',
      step_time_ms: 'double precision',
      learning_rate: 'double precision',
      extra: 'jsonb',
    },
    rows: ({ job, steps, evaluations }) => {
      let evaluated = 0;
      return steps.map((step, index) => {
        // The evaluation after so many steps comes between them and the next.
        while (evaluated < evaluations.length && evaluations[evaluated]!.step <= step.step) evaluated++;
        return {
          ...step,
          job_id: job.id,
          project_id: job.projectId,
          seq: index + 1 + evaluated,
          grad_norm: step.gradNorm,
          step_time_ms: step.stepTimeMs,
          learning_rate: step.learningRate,
          extra: `{"deviceBytes":${step.deviceBytes}}`,
        };
      });
    },
  },
  {
    name: 'evaluation',
    columns: { job_id: 'text', step: 'integer', project_id: 'text', seq: 'bigint', attempt: 'integer', time, loss: 'double precision' },
    rows: ({ job, steps, evaluations }) => {
      let before = 0;
      return evaluations.map((evaluation, index) => {
        while (before < steps.length && steps[before]!.step < evaluation.step) before++;
        return { ...evaluation, job_id: job.id, project_id: job.projectId, seq: before + index + 1 };
      });
    },
  },
  {
    name: 'checkpoint',
    columns: {
      id: 'text',
      project_id: 'text',
      job_id: 'text',
      attempt_id: 'text',
      step: 'integer',
      path: 'text',
      bytes: 'bigint',
      files: 'jsonb',
      committed_at: time,
      expired_at: time,
      removed_at: time,
    },
    rows: ({ job, checkpoints }) =>
      checkpoints.map((checkpoint) => ({
        ...checkpoint,
        project_id: job.projectId,
        job_id: job.id,
        attempt_id: checkpoint.attemptId,
        files: json(checkpoint.files),
        committed_at: checkpoint.committedAt,
        expired_at: checkpoint.expiredAt,
        removed_at: checkpoint.expiredAt,
      })),
  },
  {
    name: 'log',
    columns: {
      job_id: 'text',
      seq: 'bigint',
      project_id: 'text',
      attempt: 'integer',
      rank: 'integer',
      time,
      stream: 'text',
      line: 'text',
      received_at: time,
    },
    rows: ({ job, logs }) =>
      logs.map((log, index) => ({
        ...log,
        line: storable(log.line),
        job_id: job.id,
        seq: index + 1,
        project_id: job.projectId,
        received_at: log.time,
      })),
  },
];
