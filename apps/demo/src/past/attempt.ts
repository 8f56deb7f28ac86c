import { createHash, randomBytes } from 'node:crypto';
import { createIds, type Assignment } from '@massif/contracts';
import { checkpointBytes, gangSlowness, lifeOf, seedOf, uniform, type GangEvent, type GangRecord } from '@massif/cluster/simulated';
import type { PastAttempt } from '@massif/store';
import type { SubmittedStay } from './usage.ts';
import type { Place } from './place.ts';
import type { Story } from './story.ts';

type Outcome = NonNullable<PastAttempt['outcome']>;

/** An attempt that is being told. */
export interface Telling {
  attempt: { -readonly [Key in keyof PastAttempt]: PastAttempt[Key] };
  /** The last thing that its gang did; undefined when it did nothing yet. */
  last: GangEvent | undefined;
  /** Its gang, for whoever goes on with it. */
  gang: GangRecord;
  /** It was asked to stop, and does so with a checkpoint of what it had done. */
  stop(atMs: number): void;
  /** Its supervisor said how it ended. */
  report(outcome: Outcome, atMs: number, failure?: { code: string; message: string }): void;
  /** Its devices are free. */
  end(atMs: number, state: 'done' | 'stopped' | 'running'): void;
}

/** From a decision of the controller to what follows. */
export const promptlyMs = 150;

/** Tells an attempt from its admission to `untilMs` at most. */
export function tellAttempt(
  { jobId, stay: { lane, spec, plan }, atMs, untilMs }: { jobId: string; stay: SubmittedStay; atMs: number; untilMs: number },
  { place, story }: { place: Place; story: Story },
): Telling {
  const { seed, timeOf, cores } = place;
  const number = ++story.attempt;
  const directory = `${place.home}/jobs/${jobId}/attempt-${number}`;
  const devices = lane.devices.map((index) => ({ node: lane.node, index }));
  const from = story.checkpoints.at(-1);
  const token = randomBytes(32).toString('base64url');
  const planned = { stepTimeMs: plan.stepTimeMs, memoryGiB: plan.memoryGiB, memoryParts: plan.memoryParts };
  const launch = {
    layout: plan.layout,
    ranks: devices.length,
    threadsPerDevice: Math.max(1, Math.floor(cores / devices.length)),
    resumeFrom: from?.path ?? null,
  };
  const attempt: Telling['attempt'] = {
    id: createIds({ now: () => timeOf(atMs).getTime(), random: Math.random })('attempt'),
    number,
    tokenHash: createHash('sha256').update(token).digest(),
    placement: { ...launch, devices },
    resumedFrom: from?.step ?? null,
    admittedAt: timeOf(atMs),
    launchedAt: timeOf(atMs + promptlyMs),
    heartbeatAt: null,
    step: null,
    outcome: null,
    code: null,
    message: null,
    result: null,
    reportedAt: null,
    endedAt: null,
    ranks: devices.map(({ node, index }, rank) => ({
      rank,
      ...place.deviceOf(node, index),
      state: 'running',
      pid: 2000 + Math.floor(60_000 * uniform(seedOf(jobId, number), rank)),
    })),
  };
  story.move('admitted', atMs, { data: { node: lane.node, ranks: devices.length, resumedFrom: attempt.resumedFrom } });
  story.move('launching', atMs + promptlyMs);

  const facts = { seed, attempt: number, spec, planned, ranks: devices.length, firstStep: from?.step ?? 0 };
  let last: GangEvent | undefined;
  for (const event of lifeOf(facts, atMs + promptlyMs, gangSlowness(seed, devices))) {
    if (event.atMs > untilMs) break;
    if (!last) story.move('running', event.atMs);
    story.add(event, { id: attempt.id, directory });
    if (event.type === 'step') attempt.step = event.step + 1;
    attempt.heartbeatAt = timeOf(event.atMs);
    last = event;
  }

  const assignment: Assignment = { jobId, attemptId: attempt.id, attempt: number, token, apiUrl: place.apiUrl, spec, planned, ...launch };
  return {
    attempt,
    last,
    gang: { jobId, attempt: number, devices, launchedAtMs: atMs + promptlyMs, assignment },
    stop: (stopMs) => {
      const { step } = attempt;
      const at = { id: attempt.id, directory };
      story.add({ atMs: stopMs, type: 'log', rank: -1, line: 'asked to stop' }, at);
      if (step === null || story.checkpoints.at(-1)?.step === step) return;
      story.add({ atMs: stopMs + promptlyMs, type: 'checkpoint', step, bytes: checkpointBytes(planned) }, at);
    },
    report: (outcome, reportedMs, { code = null, message = null }: { code?: string | null; message?: string | null } = {}) => {
      Object.assign(attempt, { outcome, code, message, reportedAt: timeOf(reportedMs), heartbeatAt: timeOf(reportedMs) });
      story.tell('attempt', reportedMs, { outcome, code, message, step: attempt.step ?? facts.firstStep });
    },
    end: (endedMs, state) => {
      attempt.endedAt = timeOf(endedMs);
      const failedRank = last?.type === 'failed' ? last.rank : undefined;
      attempt.ranks = attempt.ranks.map((rank) => ({ ...rank, state: rank.rank === failedRank ? 'failed' : state }));
    },
  };
}
