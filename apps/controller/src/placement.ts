import { isDeepStrictEqual } from 'node:util';
import { layoutSchema, newId, type Plan } from '@massif/contracts';
import { schedule, snapshotOf, type Admission, type PlannedJob } from '@massif/scheduler';
import type { ClusterNode, Job, Store } from '@massif/store';
import type { Logger } from 'pino';
import { z } from 'zod';
import type { Term } from './leadership.ts';
import type { Tokens } from './tokens.ts';
import { planOf, specOf } from './view.ts';

/** What an attempt was admitted with, in its row: all that a launch needs beside the spec, also by another controller. */
export const placementSchema = z.object({
  layout: layoutSchema,
  ranks: z.int().min(1),
  threadsPerDevice: z.int().min(1),
  /** Directory of the checkpoint to go on from. */
  resumeFrom: z.string().nullable(),
  /** Node and index of each rank's device, by rank. */
  devices: z.array(z.object({ node: z.string(), index: z.int().min(0) })).default([]),
});

export type Placement = z.output<typeof placementSchema>;

export interface PlaceOptions {
  store: Store;
  term: Term;
  tokens: Tokens;
  log: Logger;
}

/**
 * One round of the scheduler: admits who may start now and says of the others what they wait for. A device that was given
 * away meanwhile makes an admission void, and the next round looks again.
 * @returns who was admitted, and when the next job becomes ready that waits after a crash
 */
export async function placeJobs({ store, term, tokens, log }: PlaceOptions): Promise<{ admitted: string[]; nextMs: number | undefined }> {
  const [active, nodes] = await Promise.all([store.jobs.active(), store.nodes.list()]);
  const nowMs = Date.now();
  const queued = active.filter((job) => job.state === 'queued' && job.cancelRequestedAt === null);
  const readyAtMs = (job: Job) => job.notBefore?.getTime() ?? 0;
  const waiting = new Map<string, { job: Job; plan: Plan; planned: PlannedJob }>();
  for (const job of queued) {
    if (readyAtMs(job) > nowMs) continue;
    try {
      const plan = planOf(job);
      const { deviceType } = specOf(job).resources;
      waiting.set(job.id, { job, plan, planned: { ...job, deviceType, plan } });
    } catch (error) {
      log.error({ err: error, jobId: job.id }, 'the job is broken');
      const reason = { code: 'internal', message: (error as Error).message };
      await store.jobs.transition({ jobId: job.id, from: ['queued'], to: 'failed', reason, lease: term.guard });
    }
  }
  const jobs = [...waiting.values()].map(({ planned }) => planned);
  const { admissions, reasons } = schedule(snapshotOf({ nodes, jobs }));

  const admitted: string[] = [];
  for (const admission of admissions) {
    const { job, plan } = waiting.get(admission.jobId)!;
    if (term.signal.aborted) break;
    try {
      if (await admit(job, { plan, admission, nodes, store, term, tokens })) admitted.push(job.id);
    } catch (error) {
      log.error({ err: error, jobId: job.id }, 'cannot be admitted');
    }
  }
  for (const {
    jobId,
    reasons: [reason],
  } of reasons) {
    if (term.signal.aborted) break;
    const { job } = waiting.get(jobId)!;
    if (reason && !isDeepStrictEqual({ ...reason }, job.reason))
      await store.jobs.setReason(jobId, { ...reason }, { states: ['queued'], lease: term.guard });
  }
  const later = queued.map(readyAtMs).filter((atMs) => atMs > nowMs);
  return { admitted, nextMs: later.length > 0 ? Math.min(...later) - nowMs : undefined };
}

async function admit(
  job: Job,
  {
    plan,
    admission,
    nodes,
    store,
    term,
    tokens,
  }: { plan: Plan; admission: Admission; nodes: ClusterNode[]; store: Store; term: Term; tokens: Tokens },
): Promise<boolean> {
  const { ranks } = admission;
  const checkpoint = await store.checkpoints.latest(job.id);
  const node = nodes.find(({ id }) => id === ranks[0]!.nodeId)!;
  const placement: Placement = {
    layout: plan.layout,
    ranks: ranks.length,
    // A gang is on one node, so these are all ranks of that host.
    threadsPerDevice: specOf(job).resources.threadsPerDevice ?? Math.max(1, Math.floor(node.cores / ranks.length)),
    resumeFrom: checkpoint?.path ?? null,
    devices: ranks.map(({ deviceId }) => ({ node: node.name, index: node.devices.find(({ id }) => id === deviceId)!.index })),
  };
  const attemptId = newId('attempt');
  const { tokenHash } = tokens.make(attemptId);
  const result = await store.jobs.admit({
    jobId: job.id,
    expectedVersion: job.version,
    attemptId,
    tokenHash,
    ranks,
    placement,
    resumedFrom: checkpoint?.step ?? null,
    data: { node: node.name, ranks: ranks.length, resumedFrom: checkpoint?.step ?? null },
    lease: term.guard,
  });
  if (!result) tokens.forget(attemptId);
  return result !== null;
}
