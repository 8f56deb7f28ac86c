import { createHash } from 'node:crypto';
import { readModelConfig } from '@massif/catalog/files';
import {
  AppError,
  checkSupported,
  layoutSchema,
  newId,
  parseJobSpec,
  parseJobText,
  type DryRun,
  type Job,
  type Plan,
  type PlanResult,
  type TrainSpec,
} from '@massif/contracts';
import { nativeCapabilities, type Plan as PlannerPlan, type PlanSpec } from '@massif/planner';
import { schedule, snapshotOf, type PlannedJob } from '@massif/scheduler';
import type * as store from '@massif/store';
import type { Principal } from '../http/auth.ts';
import type { TextBody } from '../http/body.ts';
import { parseJson } from '../http/json.ts';
import type { Planner } from '../planning/pool.ts';
import { viewJob } from '../views/job.ts';
import { planShapes, type ClusterView } from './cluster.ts';
import type { DataPaths } from './data-paths.ts';

export interface SubmitOptions {
  jobs: store.JobStore;
  queues: store.QueueStore;
  cluster: ClusterView;
  planner: Planner;
  dataPaths: DataPaths;
  /** Wakes the controller, which finds the job by itself too. */
  enqueueReconcile(jobId: string): void;
}

export interface Submission {
  principal: Principal;
  body: TextBody;
  /** Of the spec file; a job without a name is called after it. */
  fileName?: string | undefined;
}

export interface Answer {
  status: number;
  body: Job;
}

export interface SubmitService {
  /** Plans a job and puts it into its queue, or says why it can never run; then no row exists. */
  submit(submission: Submission & { idempotencyKey?: string | undefined }): Promise<Answer>;
  dryRun(submission: Submission): Promise<DryRun>;
  plan(submission: Submission): Promise<PlanResult>;
}

export function createSubmitService({ jobs, queues, cluster, planner, dataPaths, enqueueReconcile }: SubmitOptions): SubmitService {
  const prepare = async ({ principal, body, fileName }: Submission, { allowPendingUpload = false } = {}) => {
    const spec = readSpec(body, fileName);
    checkSupported(spec);
    if (spec.project !== principal.project)
      throw new AppError('not_found', `There is no project ${spec.project}, or it is not yours`, { context: { path: 'project' } });
    const resolved = await dataPaths.resolve(spec, { projectId: principal.projectId, allowPendingUpload });
    const modelConfig = await readModelConfig(resolved.model);
    const nodes = await cluster.nodes();
    const result = await planner.plan({
      spec: planSpec(resolved),
      modelConfig,
      cluster: planShapes(nodes),
      capabilities: nativeCapabilities,
    });
    const plans = result.plans.map(toPlan);
    // Where nothing fits, the planner has thrown.
    return {
      spec: resolved,
      nodes,
      plan: plans[0]!,
      result: { ...result, plans, rejected: result.rejected.map(({ layout, reason }) => ({ layout: layoutSchema.parse(layout), reason })) },
    };
  };

  const create = async (submission: Submission, key: { key: string; bodyHash: Uint8Array } | undefined): Promise<Answer> => {
    const { spec, plan } = await prepare(submission);
    const job = newJob(spec, plan, submission.principal);
    const answer: Answer = { status: 201, body: viewJob({ ...job, spec: dataPaths.show(spec) }) };
    const submitted = await jobs.submit({
      ...job,
      createdBy: submission.principal.tokenId,
      ...(key && { idempotency: { ...key, status: answer.status, body: answer.body } }),
    });
    if (submitted.replayed) return submitted as unknown as Answer;
    enqueueReconcile(job.id);
    return answer;
  };

  return {
    async submit({ idempotencyKey, ...submission }) {
      if (idempotencyKey === undefined) return create(submission, undefined);
      const key = { key: idempotencyKey, bodyHash: createHash('sha256').update(submission.body.text).digest() };
      try {
        return await create(submission, key);
      } catch (refusal) {
        // Whoever repeats a request is answered the same, also when the job could not be planned any more.
        const first = await jobs.firstAnswer({ projectId: submission.principal.projectId, ...key });
        if (first) return first as unknown as Answer;
        throw refusal;
      }
    },

    async dryRun(submission) {
      const { spec, nodes, plan } = await prepare(submission, { allowPendingUpload: true });
      const { projectId } = submission.principal;
      if (!(await queues.list({ projectId })).some(({ name }) => name === spec.queue))
        throw new AppError('not_found', `There is no queue ${spec.queue} in this project`, { context: { path: 'queue' } });
      return { plan, reasons: waitReasons({ spec, plan, nodes, waiting: await jobs.waiting() }) };
    },

    plan: async (submission) => (await prepare(submission, { allowPendingUpload: true })).result,
  };
}

function readSpec({ text, format }: TextBody, fileName: string | undefined) {
  // JSON must be JSON, although it would pass as YAML; the common parser then finds keys that are there twice.
  const options = { fileName };
  if (format === 'json') {
    const value = parseJson(text);
    if (typeof value !== 'object' || value === null) return parseJobSpec(value, options);
  }
  return parseJobText(text, options);
}

/** What a plan depends on and no more, so that jobs which differ in the rest share one search. */
function planSpec({ training, resources, layout }: TrainSpec): PlanSpec {
  const { steps, tokens, globalBatch, sequence, precision, optimizer, dropout } = training;
  const { devices, minDevices, maxDevices, deviceType, memoryPerDevice, threadsPerDevice } = resources;
  return {
    training: { steps, tokens, globalBatch, sequence, precision, optimizer: { name: optimizer.name }, dropout },
    resources: { devices, minDevices, maxDevices, deviceType, memoryPerDevice, threadsPerDevice },
    layout,
  };
}

/** A plan as plain JSON. */
function toPlan(plan: PlannerPlan): Plan {
  return { ...plan, layout: layoutSchema.parse(plan.layout), memoryParts: { ...plan.memoryParts } };
}

/** The row of a new job, before it is written. */
function newJob(spec: TrainSpec, plan: Plan, { projectId, project }: Principal) {
  return {
    id: newId('job'),
    projectId,
    project,
    queue: spec.queue,
    name: spec.name,
    kind: spec.kind,
    priority: spec.priority,
    state: 'submitted',
    version: 1,
    eventSeq: 1,
    attempt: 0,
    reason: null,
    spec,
    plan,
    result: null,
    cancelRequestedAt: null,
    notBefore: null,
    restarts: 0,
    restartsWithoutProgress: 0,
    createdBy: null,
    createdAt: new Date(),
    updatedAt: new Date(),
    startedAt: null,
    endedAt: null,
    progress: null,
  } as const satisfies store.Job;
}

/** Why a job would have to wait if it were submitted now; empty when it would start at once. */
function waitReasons({
  spec,
  plan,
  nodes,
  waiting,
}: {
  spec: TrainSpec;
  plan: Plan;
  nodes: store.ClusterNode[];
  waiting: store.WaitingJob[];
}): DryRun['reasons'] {
  const candidate = { id: 'this job', priority: spec.priority, createdAt: new Date(), deviceType: spec.resources.deviceType, plan };
  const { reasons } = schedule(snapshotOf({ nodes, jobs: [...waiting.flatMap(toPlannedJob), candidate] }));
  return reasons.find(({ jobId }) => jobId === candidate.id)?.reasons.map((reason) => ({ ...reason })) ?? [];
}

/** None for a job that waits after a crash, or that cannot be read. */
function toPlannedJob({ id, notBefore, priority, createdAt, resources, plan }: store.WaitingJob): PlannedJob[] {
  if (notBefore !== null && notBefore > new Date()) return [];
  const { deviceType } = resources as TrainSpec['resources'];
  return [{ id, priority, createdAt, deviceType, plan: plan as Pick<Plan, 'layout' | 'memoryGiB'> }];
}
