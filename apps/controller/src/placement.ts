import { isDeepStrictEqual } from 'node:util';
import { layoutSchema, newId } from '@massif/contracts';
import { schedule, snapshotOf, type Admission, type JobReasons } from '@massif/scheduler';
import type { ClusterNode, Store, WaitingJob } from '@massif/store';
import type { Logger } from 'pino';
import { z } from 'zod';
import type { Term } from './leadership.ts';
import type { Tokens } from './tokens.ts';

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

/** What a round needs of a job that waits. */
const requestSchema = z.object({
  resources: z.object({ deviceType: z.string(), threadsPerDevice: z.int().min(1).optional() }),
  plan: z.object({ layout: layoutSchema, memoryGiB: z.number() }),
});

interface Request extends z.output<typeof requestSchema> {
  job: WaitingJob;
}

/** How old the facts of a reason may be: with each job that starts, those of all that wait change. */
const reasonsEveryMs = 5000;

/**
 * Makes rounds of the scheduler: each admits who may start now and says of the others what they wait for. A device that was
 * given away meanwhile makes an admission void, and the next round looks again.
 * @returns who was admitted, and when the next job becomes ready that waits after a crash
 */
export function createPlacement({
  store,
  term,
  tokens,
  log,
}: PlaceOptions): () => Promise<{ admitted: string[]; nextMs: number | undefined }> {
  let reasonsAtMs = -Infinity;

  return async () => {
    const [waiting, nodes] = await Promise.all([store.jobs.waiting(), store.nodes.list()]);
    const nowMs = Date.now();
    const queued = waiting.filter(({ state }) => state === 'queued');
    const readyAtMs = (job: WaitingJob) => job.notBefore?.getTime() ?? 0;
    const requests = new Map<string, Request>();
    for (const job of queued) {
      if (readyAtMs(job) > nowMs) continue;
      const parsed = requestSchema.safeParse(job);
      if (parsed.success) requests.set(job.id, { job, ...parsed.data });
      else await fail(job, parsed.error);
    }
    const jobs = [...requests.values()].map(({ job, resources: { deviceType }, plan }) => ({ ...job, deviceType, plan }));
    const { admissions, reasons } = schedule(snapshotOf({ nodes, jobs }));

    const admitted: string[] = [];
    for (const admission of admissions) {
      if (term.signal.aborted) break;
      try {
        if (await admit(requests.get(admission.jobId)!, { admission, nodes, store, term, tokens })) admitted.push(admission.jobId);
      } catch (error) {
        log.error({ err: error, jobId: admission.jobId }, 'cannot be admitted');
      }
    }
    await tellReasons(reasons, requests);
    const later = queued.map(readyAtMs).filter((atMs) => atMs > nowMs);
    return { admitted, nextMs: later.length > 0 ? Math.min(...later) - nowMs : undefined };
  };

  async function fail(job: WaitingJob, error: z.ZodError): Promise<void> {
    log.error({ err: error, jobId: job.id }, 'the job is broken');
    const reason = { code: 'internal', message: 'Its spec or plan cannot be read' };
    await store.jobs.transition({ jobId: job.id, from: ['queued'], to: 'failed', reason, lease: term.guard });
  }

  /** A new cause is told at once, other numbers of the same one every few seconds. */
  async function tellReasons(reasons: readonly JobReasons[], requests: ReadonlyMap<string, Request>): Promise<void> {
    if (term.signal.aborted) return;
    const isDue = performance.now() - reasonsAtMs > reasonsEveryMs;
    const changed = reasons.flatMap(({ jobId, reasons: [reason] }) => {
      const before = requests.get(jobId)!.job.reason;
      if (!reason || (!isDue && before?.code === reason.code) || isDeepStrictEqual({ ...reason }, before)) return [];
      return [{ jobId, reason: { ...reason } }];
    });
    await store.jobs.setReasons(changed, { states: ['queued'], lease: term.guard });
    if (isDue) reasonsAtMs = performance.now();
  }
}

async function admit(
  { job, resources, plan }: Request,
  { admission, nodes, store, term, tokens }: { admission: Admission; nodes: ClusterNode[]; store: Store; term: Term; tokens: Tokens },
): Promise<boolean> {
  const { ranks } = admission;
  const checkpoint = await store.checkpoints.latest(job.id);
  const node = nodes.find(({ id }) => id === ranks[0]!.nodeId)!;
  const placement: Placement = {
    layout: plan.layout,
    ranks: ranks.length,
    // A gang is on one node, so these are all ranks of that host.
    threadsPerDevice: resources.threadsPerDevice ?? Math.max(1, Math.floor(node.cores / ranks.length)),
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
