import { durationSeconds, jobSpecSchema, limitsSchema, planSchema, type JobSpec, type Plan } from '@massif/contracts';
import type { Attempt, Job, WatchedJob } from '@massif/store';
import type { AttemptView, JobView } from './reconcile.ts';

/** Something is wrong with a job itself, so that trying again does not help. */
export class BrokenJob extends Error {
  override readonly name = 'BrokenJob';
}

/** Rows of the store as the decision sees them, but for the attempts before this one. @throws BrokenJob when the stored spec is none */
export function viewOf(job: Job, attempt: Attempt | null): Omit<JobView, 'ranBeforeMs'> {
  const { limits } = specOf(job);
  return viewOfWatched({ ...job, limits, stepTimeMs: job.progress?.stepTimeMs ?? null, current: attempt });
}

/** The same of what is read of all jobs at once. @throws BrokenJob */
export function viewOfWatched(job: WatchedJob): Omit<JobView, 'ranBeforeMs'> {
  const { success, data: limits, error } = limitsSchema.safeParse(job.limits);
  if (!success) throw new BrokenJob('The limits of its spec cannot be read', { cause: error });
  return {
    state: job.state,
    cancelRequested: job.cancelRequestedAt !== null,
    maxRestarts: limits.maxRestarts,
    restarts: job.restarts,
    restartsWithoutProgress: job.restartsWithoutProgress,
    maxDurationMs: limits.maxDuration === undefined ? undefined : durationSeconds(limits.maxDuration) * 1000,
    stepTimeMs: job.stepTimeMs ?? undefined,
    attempt: job.current ? viewOfAttempt(job.current) : undefined,
  };
}

function viewOfAttempt(attempt: NonNullable<WatchedJob['current']>): AttemptView {
  return {
    launchedAtMs: attempt.launchedAt?.getTime(),
    seenAliveAtMs: latestMs(attempt.heartbeatAt, attempt.stopRequestedAt),
    heardOf: attempt.heartbeatAt !== null,
    stepped: attempt.step !== null,
    outcome:
      attempt.outcome === null
        ? undefined
        : {
            kind: attempt.outcome,
            reportedAtMs: (attempt.reportedAt ?? attempt.admittedAt).getTime(),
            code: attempt.code ?? undefined,
            message: attempt.message ?? undefined,
          },
  };
}

function latestMs(...times: (Date | null)[]): number | undefined {
  const known = times.flatMap((time) => time?.getTime() ?? []);
  return known.length > 0 ? Math.max(...known) : undefined;
}

/** @throws BrokenJob */
export function specOf(job: Job): JobSpec {
  const parsed = jobSpecSchema.safeParse(job.spec);
  if (!parsed.success) throw new BrokenJob('Its spec cannot be read', { cause: parsed.error });
  return parsed.data;
}

/** The API has planned a job before it had a row. @throws BrokenJob when what is stored cannot be carried out */
export function planOf(job: Job): Plan {
  const parsed = planSchema.safeParse(job.plan);
  if (!parsed.success) throw new BrokenJob('Its plan cannot be read', { cause: parsed.error });
  return parsed.data;
}
