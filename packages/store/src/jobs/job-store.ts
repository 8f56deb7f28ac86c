import type { JobState } from '@massif/contracts';
import type { Attempt, Job, JobAttention, JobReason, JobSummary, Json, Page, PageQuery, Scope } from '../rows.ts';

export interface SubmitJob {
  /** From `newId('job')`. */
  id: string;
  projectId: string;
  queue: string;
  name: string;
  kind: string;
  priority: number;
  spec: Json;
  plan: Json | null;
  createdBy?: string;
  /** So that the caller can put it into the answer; default: now. */
  createdAt?: Date;
  idempotency?: {
    key: string;
    /** SHA-256 of the request's body. */
    bodyHash: Uint8Array;
    /** What whoever repeats this key is answered. */
    status: number;
    body: Json;
  };
}

export type Submitted =
  | { replayed: false; job: Job }
  /** The key was used before with the same body: the first answer. */
  | { replayed: true; status: number; body: Json };

export interface JobFilter {
  states?: readonly JobState[];
  kind?: string;
  queue?: string;
  /** Exact name. */
  name?: string;
  /** Part of the name or id, whatever the case. */
  search?: string;
}

export interface JobQuery extends PageQuery, JobFilter {
  /** By time of creation; default: newest. */
  order?: 'newest' | 'oldest';
  /** Leaves out so many at the beginning; of a page after a cursor, of those after it. */
  offset?: number;
}

/** Names the holder of the lease that a write needs; see `LeaseStore`. */
export interface LeaseGuard {
  name: string;
  holder: string;
  epoch: number;
}

export interface Transition {
  jobId: string;
  from: readonly JobState[];
  to: JobState;
  /** Version that the decision was made from. */
  expectedVersion?: number;
  /** Why; in the job and in the event. Null when not given. */
  reason?: JobReason | null;
  /** Other columns of the job that change with it. */
  patch?: JobPatch;
  /** What the event says beside from, to, reason, attempt. */
  data?: Json;
  /** Ends the current attempt and frees its devices in the same statement. */
  endAttempt?: boolean;
  /** Writes nothing unless this lease is held. */
  lease?: LeaseGuard;
}

export interface JobPatch {
  plan?: Json | null;
  result?: Json | null;
  notBefore?: Date | null;
  restarts?: number;
  restartsWithoutProgress?: number;
}

export interface AdmitJob {
  jobId: string;
  expectedVersion?: number;
  /** From `newId('attempt')`. */
  attemptId: string;
  /** SHA-256 of the attempt's token. */
  tokenHash: Uint8Array;
  ranks: readonly { rank: number; nodeId: string; deviceId: string }[];
  /** Layout and whatever else the launch needs; read again by a controller that takes over. */
  placement: Json;
  resumedFrom?: number | null;
  data?: Json;
  lease?: LeaseGuard;
}

/** As much of a job as decides what happens to it next. Its limits are those of its spec, as they are stored. */
export interface WatchedJob extends Pick<Job, 'id' | 'state' | 'attempt' | 'cancelRequestedAt' | 'restarts' | 'restartsWithoutProgress'> {
  limits: unknown;
  stepTimeMs: number | null;
  current: Pick<
    Attempt,
    'id' | 'admittedAt' | 'launchedAt' | 'heartbeatAt' | 'stopRequestedAt' | 'step' | 'outcome' | 'code' | 'message' | 'reportedAt'
  > | null;
}

/** As much of a job as decides where it can run: parts of its spec and its plan, as they are stored. */
export interface WaitingJob extends Pick<Job, 'id' | 'state' | 'version' | 'priority' | 'createdAt' | 'notBefore' | 'reason'> {
  resources: unknown;
  plan: { layout: unknown; memoryGiB: unknown };
}

export interface JobPace {
  jobId: string;
  /** Of its plan; null when that does not say. */
  plannedMfu: number | null;
  plannedTokensPerSecond: number | null;
  /** Over the last seconds of training; null while nobody trains at it. */
  tokensPerSecond: number | null;
}

export interface JobStore {
  /**
   * Inserts job, first event and idempotency key in one statement.
   * @throws AppError `idempotency_conflict` (409): the key was used with another body; `not_found`: there is no such queue.
   */
  submit(job: SubmitJob): Promise<Submitted>;
  /**
   * What the first request with this key was answered; null when there was none within its time. Asked before a job is
   * planned, so that a repeated request is answered the same also when it could not be planned any more.
   * @throws AppError `idempotency_conflict` (409): the key was used with another body
   */
  firstAnswer(key: { projectId: string; key: string; bodyHash: Uint8Array }): Promise<{ status: number; body: Json } | null>;
  get(scope: Scope, id: string): Promise<Job | null>;
  /** Stable by (createdAt, id). @throws AppError `invalid_cursor` for a cursor that no page gave. */
  list(scope: Scope, query?: JobQuery): Promise<Page<Job>>;
  /** The same of what is short. */
  summaries(scope: Scope, query?: JobQuery): Promise<Page<JobSummary>>;
  /** Ids of jobs that were, or may have been, written since; for whoever was not told meanwhile. */
  changedSince(scope: Scope, time: Date): Promise<string[]>;
  /** Those of these jobs that are in the scope, in no order. */
  summariesOf(scope: Scope, ids: readonly string[]): Promise<JobSummary[]>;
  /** The newest of those that need a person, and how many there are. */
  attention(scope: Scope, options: { limit: number }): Promise<{ items: JobAttention[]; total: number }>;
  /** What a controller looks after: jobs that have not ended, oldest first, but for those that only wait for devices. */
  watched(): Promise<WatchedJob[]>;
  /** What is to be placed: jobs that wait for devices, or soon will, and that nobody wants to cancel, oldest first. */
  waiting(): Promise<WaitingJob[]>;
  countByState(scope: Scope): Promise<Partial<Record<JobState, number>>>;
  /** How fast those run that run now, beside their plans. */
  pace(): Promise<JobPace[]>;
  /** Compare-and-set that writes its event in the same statement. Null: the job was not as expected, or the lease is not held. */
  transition(transition: Transition): Promise<Job | null>;
  /**
   * queued -> admitted with attempt, ranks and allocations in one statement. Null, and nothing written: the job was not as
   * expected, a device is taken, or the lease is not held.
   */
  admit(admission: AdmitJob): Promise<{ job: Job; attempt: Attempt } | null>;
  /** Marks a job that has not ended; a second time changes nothing. Null when there is none in this scope. */
  requestCancel(scope: Scope, id: string, reason?: JobReason): Promise<Job | null>;
  /**
   * Says what waiting jobs wait for; no event, written only where it differs. Readers of a job are woken when it has another code: of a
   * thousand that wait, the numbers change every few seconds.
   */
  setReasons(
    reasons: readonly { jobId: string; reason: JobReason | null }[],
    options: { states: readonly JobState[]; lease?: LeaseGuard },
  ): Promise<void>;
}
