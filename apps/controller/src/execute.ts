import { assignmentSchema, isRetryable, isTerminal, toAppError } from '@massif/contracts';
import type { ClusterBackend } from '@massif/cluster';
import type { Attempt, Job, JobReason, Store, Transition } from '@massif/store';
import type { Logger } from 'pino';
import { expireCheckpoints } from './checkpoints.ts';
import { NotLeading, type Term } from './leadership.ts';
import { placementSchema, type Placement } from './placement.ts';
import { nextAction, type Action, type World } from './reconcile.ts';
import type { SilenceClock } from './silence.ts';
import type { Tokens } from './tokens.ts';
import { BrokenJob, planOf, viewOf } from './view.ts';

export interface ExecuteOptions {
  store: Store;
  cluster: ClusterBackend;
  term: Term;
  tokens: Tokens;
  log: Logger;
  home: string;
  /** Base address of the API, as supervisors reach it. */
  apiUrl: string;
  silence: SilenceClock;
  /** Told before a gang is started: measurements in the background are in its way. */
  onLaunch(): void;
  /** Told when a job waits for devices, or gave some back. */
  onDevices(): void;
  /** Asks to look at a job again, in `inMs`. */
  lookAgain(jobId: string, inMs: number): void;
}

/** A job goes through this many states in one go at most; more would mean that it goes round in circles. */
const turnsMax = 20;
/** A launch that still fails then is given up, so that its devices serve others. */
const launchWithinMs = 60_000;

/**
 * Decides what happens to a job and does it, until there is nothing left to do now. Everything it does may be done again, by
 * this or another controller, from any point where it was interrupted. Not to be called twice at a time for one job.
 * @throws NotLeading when this term is over
 */
export function createExecutor(options: ExecuteOptions): (jobId: string) => Promise<void> {
  const { store, cluster, term, tokens, silence, home, apiUrl } = options;

  return async (jobId) => {
    for (let turn = 0; turn < turnsMax; turn++) {
      if (term.signal.aborted) throw new NotLeading();
      // The gang first: what a supervisor reported before it was gone is then in the attempt that is read after it.
      const gangs = await cluster.list();
      const job = await store.jobs.get('everyProject', jobId);
      if (!job) return;
      const attempt = job.attempt > 0 ? await store.attempts.ofJob('everyProject', jobId, job.attempt) : null;
      const gang = gangs.find((entry) => entry.jobId === jobId && entry.attempt === job.attempt)?.state ?? 'absent';
      const quiet = attempt ? silence.of(attempt) : { wordMs: 0, stepMs: 0 };
      const world: World = { nowMs: Date.now(), gang, silence: quiet, isRetryable };
      const log = options.log.child({ jobId, attempt: job.attempt });
      try {
        const view = viewOf(job, attempt);
        const isTimed = view.maxDurationMs !== undefined && job.attempt > 1;
        const ranBeforeMs = isTimed ? await store.attempts.ranMs(jobId, { beforeNumber: job.attempt }) : 0;
        const action = nextAction({ ...view, ranBeforeMs }, world);
        if (action.do !== 'nothing') log.info({ state: job.state, ...action }, action.do);
        if (!(await carryOut(action, { job, attempt, world, log }))) return;
      } catch (error) {
        if (!(error instanceof BrokenJob)) throw error;
        log.error({ err: error }, 'the job is broken');
        if (isTerminal(job.state)) return gang === 'absent' ? undefined : stopGang(job, { graceSeconds: 0, log });
        await move(job, { to: 'failed', reason: { code: 'internal', message: error.message } });
      }
    }
    throw new Error(`it did not come to rest in ${turnsMax} turns`);
  };

  /** @returns whether to look again at once */
  async function carryOut(
    action: Action,
    { job, attempt, world, log }: { job: Job; attempt: Attempt | null; world: World; log: Logger },
  ): Promise<boolean> {
    switch (action.do) {
      case 'nothing':
        if (job.state === 'queued') options.onDevices();
        if (job.state !== 'launching' && job.attempt > 0) await expireCheckpoints(job, { store, guard: term.guard, home, log });
        return false;
      case 'plan':
        planOf(job);
        return await move(job, { to: 'planned' });
      case 'enqueue':
        return await move(job, { to: 'queued' });
      case 'launch':
        return await launch(job, { attempt, world, log });
      case 'run':
        return await move(job, { to: 'running' });
      case 'stopGang':
        if (attempt) await store.attempts.markStopRequested(attempt.id, { lease: term.guard });
        stopGang(job, { graceSeconds: action.graceSeconds, log });
        return false;
      case 'recover':
        return await recover(job, { attempt, reason: { ...action.reason } });
      case 'requeue': {
        const waits = action.notBeforeMs > world.nowMs;
        return await move(job, {
          to: 'queued',
          reason: waits ? job.reason : null,
          patch: { notBefore: waits ? new Date(action.notBeforeMs) : null },
        });
      }
      case 'end':
        tokens.forget(attempt?.id ?? '');
        silence.forget(attempt?.id ?? '');
        // Before it ends: whoever sees it at its end sees the checkpoints that it keeps, and no one else would look at it again.
        if (attempt) await expireCheckpoints(job, { store, guard: term.guard, home, log });
        await move(job, {
          to: action.state,
          reason: action.reason ? { ...action.reason } : null,
          ...(action.state === 'succeeded' ? { patch: { result: await resultOf(job, attempt) } } : {}),
        });
        options.onDevices();
        return true;
      default:
        return action satisfies never;
    }
  }

  /** One compare-and-set from what was seen. When it does nothing the job has moved, so looking again is right either way. */
  async function move(job: Job, change: Omit<Transition, 'jobId' | 'from' | 'expectedVersion' | 'lease'>): Promise<true> {
    await store.jobs.transition({ jobId: job.id, from: [job.state], expectedVersion: job.version, lease: term.guard, ...change });
    return true;
  }

  /** Starts the gang of an admitted attempt, or finds that an earlier controller did. */
  async function launch(job: Job, { attempt, world, log }: { attempt: Attempt | null; world: World; log: Logger }): Promise<boolean> {
    if (!attempt) throw new BrokenJob('It is admitted without an attempt');
    if (world.gang === 'absent') {
      options.onLaunch();
      try {
        const placement = placementOf(attempt);
        const assignment = await assignmentOf(job, attempt, placement);
        await cluster.launch({ jobId: job.id, attempt: attempt.number, devices: placement.devices, assignment });
      } catch (error) {
        if (error instanceof BrokenJob || error instanceof NotLeading || world.nowMs - attempt.admittedAt.getTime() < launchWithinMs)
          throw error;
        log.error({ err: error }, 'cannot be launched');
        // From now on nobody starts it any more. Where not even that can be written, its token is refused.
        await cluster
          .stop({ jobId: job.id, attempt: attempt.number }, { graceSeconds: 0 })
          .catch((failure: unknown) => log.error({ err: failure }, 'nor can it be said that nobody may launch it'));
        const { code, message, retryable } = toAppError(error, 'gang_lost');
        const reason = { code, message: `It cannot be launched: ${message}` };
        return retryable ? await recover(job, { attempt, reason }) : await move(job, { to: 'failed', reason });
      }
    }
    await store.attempts.markLaunched(attempt.id, { lease: term.guard });
    tokens.forget(attempt.id);
    return await move(job, { to: 'launching' });
  }

  function placementOf(attempt: Attempt): Placement {
    const { success, data } = placementSchema.safeParse(attempt.placement);
    if (!success) throw new BrokenJob('The placement of its attempt cannot be read');
    return data;
  }

  async function assignmentOf(job: Job, attempt: Attempt, placement: Placement): Promise<Record<string, unknown>> {
    const assignment = assignmentSchema.safeParse({
      ...placement,
      planned: job.plan,
      jobId: job.id,
      attemptId: attempt.id,
      attempt: attempt.number,
      token: tokens.of(attempt.id) ?? (await replaceToken(attempt)),
      apiUrl,
      spec: job.spec,
    });
    if (!assignment.success) throw new BrokenJob(`Its spec cannot be read: ${assignment.error.issues[0]?.message ?? ''}`);
    if (term.signal.aborted) throw new NotLeading();
    return assignment.data;
  }

  /** The controller that admitted it has died with the token. When it was launched before that, the new one is never used. */
  async function replaceToken(attempt: Attempt): Promise<string> {
    const { token, tokenHash } = tokens.make(attempt.id);
    if (!(await store.attempts.replaceToken(attempt.id, tokenHash, { lease: term.guard }))) tokens.forget(attempt.id);
    return token;
  }

  /** Takes as long as its grace; the job is looked at again when it is done. */
  function stopGang(job: Job, { graceSeconds, log }: { graceSeconds: number; log: Logger }): void {
    cluster.stop({ jobId: job.id, attempt: job.attempt }, { graceSeconds }).then(
      () => options.lookAgain(job.id, 0),
      (error: unknown) => log.error({ err: error }, 'the gang cannot be stopped'),
    );
  }

  async function recover(job: Job, { attempt, reason }: { attempt: Attempt | null; reason: JobReason }): Promise<true> {
    silence.forget(attempt?.id ?? '');
    const progressed = (attempt?.step ?? 0) > (attempt?.resumedFrom ?? 0);
    // Somebody asked it to leave, as when the product is stopped: not a failure of the job, however far it was.
    const counts = attempt?.outcome !== 'stopped';
    await move(job, {
      to: 'recovering',
      reason: { ...reason },
      endAttempt: true,
      patch: {
        restarts: job.restarts + (counts ? 1 : 0),
        restartsWithoutProgress: progressed ? 0 : job.restartsWithoutProgress + (counts ? 1 : 0),
      },
    });
    options.onDevices();
    return true;
  }

  async function resultOf(job: Job, attempt: Attempt | null) {
    const checkpoint = await store.checkpoints.latest(job.id);
    return { ...attempt?.result, checkpoint: checkpoint?.path ?? null };
  }
}
