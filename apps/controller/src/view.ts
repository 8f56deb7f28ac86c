import { durationSeconds, jobSpecSchema, planSchema, type JobSpec, type Plan } from '@massif/contracts';
import type { Attempt, Job } from '@massif/store';
import type { JobView } from './reconcile.ts';

/** Something is wrong with a job itself, so that trying again does not help. */
export class BrokenJob extends Error {
  override readonly name = 'BrokenJob';
}

/** Rows of the store as the decision sees them, but for the attempts before this one. @throws BrokenJob when the stored spec is none */
export function viewOf(job: Job, attempt: Attempt | null): Omit<JobView, 'ranBeforeMs'> {
  const { limits } = specOf(job);
  return {
    state: job.state,
    cancelRequested: job.cancelRequestedAt !== null,
    maxRestarts: limits.maxRestarts,
    restarts: job.restarts,
    restartsWithoutProgress: job.restartsWithoutProgress,
    maxDurationMs: limits.maxDuration === undefined ? undefined : durationSeconds(limits.maxDuration) * 1000,
    stepTimeMs: job.progress?.stepTimeMs ?? undefined,
    attempt: attempt
      ? {
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
        }
      : undefined,
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
