/**
 * What a gang's leader (the supervisor, or `massif train --local`) and its ranks say to each other over the IPC channel.
 * The channel is also the rank's lifeline: when it closes, the rank exits.
 */
import type { RunFacts, StepRecord } from '@massif/trainer';

/** All that a rank needs to begin; plain JSON. */
export interface RankAssignment<Job> {
  rank: number;
  size: number;
  job: Job;
}

export type ToRank<Job> =
  | { type: 'start'; assignment: RankAssignment<Job> }
  | { type: 'rendezvous'; addresses: string[]; secret: string }
  /** Agree on a step with the others, write a checkpoint there and leave. */
  | { type: 'stop' };

export interface CheckpointRecord {
  step: number;
  path: string;
  bytes: number;
  files: { path: string; bytes: number; sha256: string }[];
}

export interface RankOutcome {
  outcome: 'succeeded' | 'stopped';
  step: number;
  model?: { path: string; loss?: number } | undefined;
  sample?: string | undefined;
}

export type FromRank =
  | { type: 'listening'; port: number }
  /** It has met the others and begins to train. */
  | { type: 'running' }
  /** Rank 0's data is ready. */
  | ({ type: 'begin' } & RunFacts)
  | ({ type: 'step' } & StepRecord)
  | { type: 'evaluation'; step: number; loss: number }
  | ({ type: 'checkpoint' } & CheckpointRecord)
  | ({ type: 'done' } & RankOutcome)
  /** It waits to be ended. */
  | { type: 'failed'; code: string; message: string; retryable: boolean };
