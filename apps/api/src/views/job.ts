import {
  isTerminal,
  layoutDevices,
  specSteps,
  type Attempt,
  type AttemptState,
  type Checkpoint,
  type Event,
  type Job,
  type JobResult,
  type JobSpec,
  type JobSummary,
  type LogLine,
  type ModelSource,
  type Plan,
  type Progress,
} from '@massif/contracts';
import type * as store from '@massif/store';
import type { DataPaths } from '../services/data-paths.ts';
import { modelParameters, modelWord } from './model.ts';

/** Jobs as users see them, with uploads and models by their names in place of where they lie. */
export interface JobViews {
  job(row: store.Job): Job;
  summary(row: store.JobSummary): JobSummary;
}

export function createJobViews({ show }: Pick<DataPaths, 'show'>): JobViews {
  return {
    job: (row) => viewJob({ ...row, spec: show(row.spec) }),
    summary: (row) => viewJobSummary({ ...row, spec: show(row.spec) }),
  };
}

/** Rows of the store as the API shows them. */
export function viewJob(row: store.Job): Job {
  const self = `/api/v1/jobs/${row.id}`;
  return {
    ...viewShort(row),
    spec: row.spec as JobSpec,
    plan: row.plan as Plan | null,
    result: viewResult(row.result),
    links: {
      self,
      ...Object.fromEntries(['events', 'metrics', 'logs', 'checkpoints', 'attempts', 'explain'].map((name) => [name, `${self}/${name}`])),
      ...(isTerminal(row.state) ? {} : { cancel: `${self}/cancel` }),
    },
  };
}

function viewJobSummary(row: store.JobSummary): JobSummary {
  const plan = row.plan as Pick<Plan, 'layout' | 'devices'> | null;
  return {
    ...viewShort(row),
    model: modelWord((row.spec as { model?: ModelSource }).model),
    devices: plan && (plan.devices ?? layoutDevices(plan.layout)),
  };
}

/** What lists show, too. */
function viewShort(row: store.JobSummary): Omit<JobSummary, 'model' | 'devices'> {
  return {
    id: row.id,
    name: row.name,
    kind: row.kind as Job['kind'],
    project: row.project,
    queue: row.queue,
    state: row.state,
    reason: row.reason,
    attempt: row.attempt,
    createdAt: row.createdAt.toISOString(),
    startedAt: row.startedAt?.toISOString() ?? null,
    endedAt: row.endedAt?.toISOString() ?? null,
    modelParameters: modelParameters((row.spec as { model?: ModelSource }).model),
    progress: viewProgress(row),
  };
}

function viewProgress({ progress, spec, state }: store.JobSummary): Progress | null {
  if (!progress) return null;
  const steps = specSteps(spec as JobSpec);
  const done = progress.step + 1;
  // A job that waits for its ranks has no speed. One that has ended had one.
  const isIdle = !isTerminal(state) && !(state === 'running' && progress.live);
  const left = steps === null || isTerminal(state) ? null : Math.max(0, steps - done);
  return {
    step: done,
    steps,
    loss: progress.loss,
    evaluationLoss: progress.evaluationLoss,
    tokens: progress.tokens ?? 0,
    tokensPerSecond: isIdle ? null : progress.tokensPerSecond,
    etaSeconds: isIdle || left === null || progress.stepTimeMs === null ? null : (left * progress.stepTimeMs) / 1000,
  };
}

/** What a supervisor reported at the end, whatever else it told. */
function viewResult(result: store.Json | null): JobResult | null {
  if (!result) return null;
  return {
    model: pathOf(result.model),
    checkpoint: pathOf(result.checkpoint),
    sample: typeof result.sample === 'string' ? result.sample : null,
  };
}

/** Directory of the model that a job has left. */
export function modelPathOf(result: store.Json | null): string | null {
  return pathOf(result?.model);
}

function pathOf(value: unknown): string | null {
  return typeof value === 'string' ? value : ((value as { path?: string } | null | undefined)?.path ?? null);
}

export function viewAttempt(row: store.Attempt, { names, job }: { names: DeviceNames; job: store.Job }): Attempt {
  return {
    id: row.id,
    job: row.jobId,
    number: row.number,
    state: attemptState(row, job),
    reason: row.code === null ? null : { code: row.code, message: row.message ?? row.code },
    createdAt: row.admittedAt.toISOString(),
    startedAt: row.launchedAt?.toISOString() ?? null,
    endedAt: row.endedAt?.toISOString() ?? null,
    heartbeatAt: row.heartbeatAt?.toISOString() ?? null,
    resumedFromStep: row.resumedFrom,
    ranks: row.ranks.map(({ rank, nodeId, deviceId, pid, state, step }) => ({
      rank,
      node: names.node(nodeId),
      device: names.device(deviceId),
      deviceIndex: names.deviceIndex(deviceId),
      pid,
      state,
      step,
    })),
  };
}

/** Names of nodes and devices by their ids; a node that is gone keeps its id. */
export interface DeviceNames {
  node(id: string): string;
  device(id: string): string;
  /** In its node; null for one that is gone. */
  deviceIndex(id: string): number | null;
}

export function namesIn(nodes: readonly store.ClusterNode[]): DeviceNames {
  const byNode = new Map(nodes.map(({ id, name }) => [id, name]));
  const byDevice = new Map(
    nodes.flatMap(({ name, devices }) => devices.map(({ id, type, index }) => [id, { name: `${name}/${type}:${index}`, index }] as const)),
  );
  return {
    node: (id) => byNode.get(id) ?? id,
    device: (id) => byDevice.get(id)?.name ?? id,
    deviceIndex: (id) => byDevice.get(id)?.index ?? null,
  };
}

function attemptState({ outcome, endedAt, heartbeatAt, launchedAt, ranks }: store.Attempt, job: store.Job): AttemptState {
  if (outcome) return outcome;
  if (endedAt) return job.state === 'cancelled' ? 'stopped' : 'lost';
  if (heartbeatAt && ranks.some(({ state }) => state === 'running')) return 'running';
  return launchedAt ? 'launching' : 'admitted';
}

export function viewCheckpoint(row: store.Checkpoint): Checkpoint {
  return {
    id: row.id,
    job: row.jobId,
    attempt: row.attempt,
    step: row.step,
    path: row.path,
    bytes: row.bytes,
    createdAt: row.committedAt.toISOString(),
  };
}

export function viewEvent(row: store.JobEvent): Event {
  return {
    seq: row.seq,
    job: row.jobId,
    attempt: row.attempt,
    time: row.time.toISOString(),
    type: row.type,
    from: row.from,
    to: row.to,
    reason: row.reason,
    data: row.data,
  };
}

export function viewLogLine(row: store.LogLine): LogLine {
  return {
    seq: row.seq,
    attempt: row.attempt,
    rank: row.rank,
    time: row.time.toISOString(),
    stream: row.stream as LogLine['stream'],
    line: row.line,
  };
}
