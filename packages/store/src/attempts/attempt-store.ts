import type { Attempt, AttemptOutcome, Json, RankState, Scope } from '../rows.ts';
import type { LeaseGuard } from '../jobs/job-store.ts';

/** How an attempt proves who it is: refused (AppError `attempt_fenced`, 409) once it has ended or a newer one exists. */
export interface AttemptToken {
  attemptId: string;
  /** SHA-256 of the token. */
  tokenHash: Uint8Array;
}

export interface Frame {
  /** From 1, one more with each frame of an attempt. */
  seq: number;
  /** The first column is `step`; null where a number is not finite. */
  metrics: { columns: readonly string[]; rows: readonly (readonly (number | null)[])[] };
  evaluations: readonly { step: number; loss: number | null }[];
  logs: readonly { rank: number; time: string | Date; stream: string; line: string }[];
}

export interface AttemptStore {
  get(scope: Scope, id: string): Promise<Attempt | null>;
  /** The job's attempt with this number, by default the newest. */
  ofJob(scope: Scope, jobId: string, number?: number): Promise<Attempt | null>;
  /** Newest first. */
  list(scope: Scope, jobId: string): Promise<Attempt[]>;
  /** How long the job's attempts before this number ran in all, each from its launch to when it was last known to live. */
  ranMs(jobId: string, options: { beforeNumber: number }): Promise<number>;
  /** Null unless this token is that of an attempt which may still write. */
  verify(token: AttemptToken): Promise<{ jobId: string; projectId: string; number: number } | null>;
  /** Another token for an attempt of which nothing was ever heard, when the first was lost before its launch. False: too late. */
  replaceToken(attemptId: string, tokenHash: Uint8Array, options?: { lease?: LeaseGuard }): Promise<boolean>;
  markLaunched(attemptId: string, options?: { lease?: LeaseGuard }): Promise<boolean>;
  /** Its gang, which lives, is asked to leave; only the first time counts. */
  markStopRequested(attemptId: string, options?: { lease?: LeaseGuard }): Promise<boolean>;
  heartbeat(
    token: AttemptToken,
    ranks: readonly { rank: number; pid: number | null; state: RankState; step: number | null }[],
  ): Promise<{ stop: boolean; jobId: string }>;
  /** Takes a frame in once, whatever happens between; metrics of a step are those of the latest attempt. @returns the last frame taken in */
  ingest(token: AttemptToken, frame: Frame): Promise<{ ackSeq: number }>;
  /** What the supervisor says at the end. Saying the same again is fine. The controller ends the attempt itself. */
  finish(
    token: AttemptToken,
    report: { outcome: AttemptOutcome; code?: string; message?: string; step: number | null; result?: Json },
  ): Promise<{ jobId: string }>;
}
