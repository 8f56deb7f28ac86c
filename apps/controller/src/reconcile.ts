/**
 * What happens to a job next: one decision from what the database says of it and what the cluster shows. No clock, no I/O:
 * `execute.ts` carries decisions out, and everything may be asked again at any time.
 */
import { maxDurationExceeded, type JobState } from '@massif/contracts';
import type { Silence } from './silence.ts';

/** What the database says. */
export interface JobView {
  state: JobState;
  cancelRequested: boolean;
  maxRestarts: number;
  /** Attempts that were lost or crashed so far. */
  restarts: number;
  /** Of these, the last ones in a row that did not get a single step further. */
  restartsWithoutProgress: number;
  maxDurationMs: number | undefined;
  /** How long the attempts before the current one ran; what counts is theirs and its time together. 0 where no `maxDurationMs` asks for it. */
  ranBeforeMs: number;
  /** The current attempt; a job that has none is not placed. */
  attempt: AttemptView | undefined;
  /** As long as a step takes; undefined before the first. */
  stepTimeMs: number | undefined;
}

export interface AttemptView {
  /** Undefined before its launch. */
  launchedAtMs: number | undefined;
  /** When it is last known to have lived: its supervisor said something, or it was asked to leave. */
  seenAliveAtMs: number | undefined;
  /** Its supervisor has been heard of. */
  heardOf: boolean;
  /** It has reported a step. */
  stepped: boolean;
  /** What its supervisor reported at the end. */
  outcome: Outcome | undefined;
}

export interface Outcome {
  kind: 'succeeded' | 'failed' | 'stopped';
  reportedAtMs: number;
  /** Of a failure. */
  code: string | undefined;
  message: string | undefined;
}

/** What is there. */
export interface World {
  nowMs: number;
  gang: 'absent' | 'running' | 'stopping';
  /** How long nothing new came from the current attempt although it could have been heard. */
  silence: Silence;
  /** Whether an attempt that failed with this code may succeed when it is tried again. */
  isRetryable(code: string): boolean;
}

export interface Reason {
  code: string;
  message: string;
}

export type Action =
  | { do: 'nothing' }
  | { do: 'plan' }
  | { do: 'enqueue' }
  | { do: 'launch' }
  | { do: 'run' }
  /** Ends what is left of the gang; the job stays where it is until that is done. */
  | { do: 'stopGang'; graceSeconds: number }
  /** The attempt is over and nothing of it is left; the job will be tried again. */
  | { do: 'recover'; reason: Reason }
  /** Back into the queue, not to be placed before `notBeforeMs`. */
  | { do: 'requeue'; notBeforeMs: number }
  | { do: 'end'; state: 'succeeded' | 'failed' | 'cancelled'; reason?: Reason };

/** Time that a gang is given to write a checkpoint and leave. */
const stopGraceSeconds = 30;
/** A supervisor that has reported the end leaves by itself; this much later it is taken away. */
const leaveWithinMs = 10_000;
/** A supervisor says every second that it lives; one that has stopped, or hangs, never does so again. */
const silentMsMax = 60_000;
/** One that was never heard of, for example because it cannot reach the API: it may take long to start. */
const neverHeardMsMax = 300_000;
/**
 * Ranks that hang notice each other after ten minutes; this is for a gang that hangs as a whole. An evaluation, a checkpoint or
 * an export reports no steps, and all of them take longer where steps do.
 */
const stalledMsMax = 3_600_000;
const stalledStepsMax = 1000;

type Rule = (job: JobView, world: World) => Action;

const nothing: Action = { do: 'nothing' };
const cancelled: Action = { do: 'end', state: 'cancelled' };

/** A job without a gang: a step forward, or its end when it is not wanted any more. */
const forward =
  (next: Action): Rule =>
  ({ cancelRequested }) =>
    cancelRequested ? cancelled : next;

/** Nothing of the gang may be left before the devices are given to somebody else. */
const onceGone =
  (graceSeconds: number, then: Rule): Rule =>
  (job, world) =>
    world.gang === 'absent' ? then(job, world) : { do: 'stopGang', graceSeconds };

const rules: Record<JobState, Rule> = {
  submitted: forward({ do: 'plan' }),
  planned: forward({ do: 'enqueue' }),
  // The scheduler takes it from here.
  queued: forward(nothing),
  admitted: (job, world) => (job.cancelRequested ? onceGone(stopGraceSeconds, () => cancelled)(job, world) : { do: 'launch' }),
  launching: placed,
  running: placed,
  recovering: onceGone(0, afterLoss),
  succeeded: onceGone(0, () => nothing),
  failed: onceGone(0, () => nothing),
  cancelled: onceGone(0, () => nothing),
};

/** Decides what happens to a job next. */
export function nextAction(job: JobView, world: World): Action {
  return rules[job.state](job, world);
}

function placed(job: JobView, world: World): Action {
  const outcome = job.attempt?.outcome;
  if (world.gang !== 'absent') {
    if (world.gang === 'stopping') return nothing;
    if (outcome) return world.nowMs - outcome.reportedAtMs > leaveWithinMs ? { do: 'stopGang', graceSeconds: 0 } : nothing;
    if (job.cancelRequested || isOverTime(job, world)) return { do: 'stopGang', graceSeconds: stopGraceSeconds };
    // Whoever does not answer is not asked.
    if (quiet(job, world)) return { do: 'stopGang', graceSeconds: 0 };
    return job.attempt?.heardOf && job.state === 'launching' ? { do: 'run' } : nothing;
  }
  // A short job may be over before anyone saw it run.
  if (outcome && job.state === 'launching') return { do: 'run' };
  // What the gang achieved counts, whatever was asked of it meanwhile.
  if (outcome?.kind === 'succeeded') return { do: 'end', state: 'succeeded' };
  if (job.cancelRequested) return cancelled;
  if (isOverTime(job, world))
    return {
      do: 'end',
      state: 'failed',
      reason: maxDurationExceeded(job.maxDurationMs! / 1000),
    };
  if (outcome?.kind === 'failed') {
    const reason = { code: outcome.code ?? 'rank_failed', message: outcome.message ?? 'The attempt failed' };
    return world.isRetryable(reason.code) ? { do: 'recover', reason } : { do: 'end', state: 'failed', reason };
  }
  if (outcome?.kind === 'stopped')
    return { do: 'recover', reason: { code: 'gang_stopped', message: 'The gang was asked to leave and wrote a checkpoint' } };
  const lost = { code: 'gang_lost', message: 'The processes of the attempt have ended without a word' };
  return { do: 'recover', reason: quiet(job, world) ?? lost };
}

/** Why a gang whose processes live is given up; undefined while there is no reason to. Still so when it was ended for it. */
function quiet({ attempt, stepTimeMs }: JobView, { silence }: World): Reason | undefined {
  if (!attempt) return undefined;
  const { wordMs, stepMs } = silence;
  if (wordMs > (attempt.heardOf ? silentMsMax : neverHeardMsMax))
    return { code: 'gang_silent', message: `Its supervisor was not heard of for ${seconds(wordMs)} s` };
  if (attempt.stepped && stepMs > Math.max(stalledMsMax, stalledStepsMax * (stepTimeMs ?? 0)))
    return { code: 'gang_stalled', message: `It reported no further step for ${seconds(stepMs)} s` };
  return undefined;
}

const seconds = (milliseconds: number) => Math.round(milliseconds / 1000);

/** Neither waiting nor time when nothing of it ran counts, as when the product was down: a gang that is gone ran until it was last known to live. */
function isOverTime({ maxDurationMs, ranBeforeMs, attempt }: JobView, { nowMs, gang }: World): boolean {
  if (maxDurationMs === undefined) return false;
  const { launchedAtMs, seenAliveAtMs } = attempt ?? {};
  const untilMs = gang === 'absent' ? seenAliveAtMs : nowMs;
  const runsMs = launchedAtMs === undefined || untilMs === undefined ? 0 : Math.max(0, untilMs - launchedAtMs);
  return ranBeforeMs + runsMs > maxDurationMs;
}

function afterLoss(job: JobView, { nowMs }: World): Action {
  if (job.cancelRequested) return cancelled;
  if (job.restarts > job.maxRestarts)
    return {
      do: 'end',
      state: 'failed',
      reason: { code: 'too_many_restarts', message: `It was restarted ${job.maxRestarts} times, as often as limits.maxRestarts allows` },
    };
  return { do: 'requeue', notBeforeMs: nowMs + backOffMs(job.restartsWithoutProgress) };
}

/** The first retry is at once; attempts that die without a step forward wait longer each time. */
export function backOffMs(restartsWithoutProgress: number): number {
  return restartsWithoutProgress <= 1 ? 0 : Math.min(60_000, 1000 * 2 ** (restartsWithoutProgress - 2));
}
