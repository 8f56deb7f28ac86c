import type { Problem } from '@massif/contracts';
import type { RunFacts } from '@massif/trainer';

/** What the CLI asks (`apps/cli/src/engine/run.ts`), one command per process. */
export interface EngineRequest {
  command: 'train' | 'eval' | 'matmul' | 'calibrate';
  options: Record<string, unknown>;
}

/** What it is answered: lines and notes while the command runs, then a result or an error. */
export type EngineReply =
  | { type: 'line'; value: Record<string, unknown> }
  | { type: 'note'; text: string }
  /** A training, before its first step. */
  | { type: 'begin'; value: RunFacts }
  | { type: 'result'; value: Record<string, unknown> }
  /** `jobStarted`: the job ran and failed; else it was refused, or could not be started. */
  | { type: 'error'; problem: Problem; jobStarted: boolean };

/** What a command gets beside its options. */
export interface EngineContext {
  line(value: Record<string, unknown>): void;
  note(text: string): void;
  begin(facts: RunFacts): void;
  /** Aborted by Ctrl-C or SIGTERM. */
  interrupted: AbortSignal;
}
