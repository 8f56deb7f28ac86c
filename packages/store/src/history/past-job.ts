import type { Attempt, CheckpointFile, Job, JobEvent, RankState } from '../rows.ts';
import type { LogLine } from '../store.ts';

/**
 * A job as it was, with everything that happened to it. What follows from the rest is not said: numbers of events, metrics and
 * lines, versions, progress, allocations.
 */
export interface PastJob {
  job: Pick<
    Job,
    | 'id'
    | 'projectId'
    | 'queue'
    | 'name'
    | 'kind'
    | 'priority'
    | 'spec'
    | 'plan'
    | 'result'
    | 'restarts'
    | 'restartsWithoutProgress'
    | 'createdBy'
    | 'createdAt'
  >;
  /** In their order; the first is the submission. The last transition says where the job is. */
  events: readonly Omit<JobEvent, 'jobId' | 'seq'>[];
  /** In their order; only the last may still run. */
  attempts: readonly PastAttempt[];
  /** Each step once, as it was reported last, in the order of its number. */
  steps: readonly PastStep[];
  /** In the order of their number of steps. */
  evaluations: readonly { step: number; attempt: number; time: Date; loss: number }[];
  /** In the order in which they were committed. */
  checkpoints: readonly PastCheckpoint[];
  /** In the order in which they came in. */
  logs: readonly Omit<LogLine, 'seq'>[];
}

export interface PastAttempt extends Omit<Attempt, 'projectId' | 'jobId' | 'ranks' | 'stopRequestedAt'> {
  /** SHA-256 of its token. */
  tokenHash: Uint8Array;
  ranks: readonly { rank: number; nodeId: string; deviceId: string; state: RankState; pid: number | null }[];
}

export interface PastStep {
  step: number;
  attempt: number;
  time: Date;
  loss: number;
  gradNorm: number;
  tokens: number;
  stepTimeMs: number;
  learningRate: number;
  deviceBytes: number;
}

export interface PastCheckpoint {
  id: string;
  attemptId: string;
  step: number;
  path: string;
  bytes: number;
  files: readonly CheckpointFile[];
  committedAt: Date;
  /** When it was taken off the list. Its files are deleted, too. */
  expiredAt: Date | null;
}
