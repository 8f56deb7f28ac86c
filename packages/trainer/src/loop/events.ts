/** One optimizer step, as it is reported: the fields of the contract plus the learning rate. */
export interface StepRecord {
  /** From 0. */
  step: number;
  /** Mean over the global batch, before the update; nats per token. */
  loss: number;
  /** Global norm before clipping. */
  gradNorm: number;
  /** Training tokens seen by then. */
  tokens: number;
  /** Without evaluation and checkpoints. */
  stepTimeMs: number;
  learningRate: number;
  /** Peak of the worst rank. */
  memory: { deviceBytes: number; hostBytes: number; nvmeBytes: number };
}

export interface CheckpointWritten {
  /** Optimizer steps done. */
  step: number;
  path: string;
  bytes: number;
  files: { path: string; bytes: number; sha256: string }[];
}

/** What a run is about, told once before its first step. */
export interface RunFacts {
  model: { type: string; layers: number; hidden: number; vocabSize: number; parameters: number };
  data: { trainTokens: number; heldOutTokens: number };
  /** Optimizer steps in all. */
  steps: number;
  /** Of all ranks together. */
  tokensPerStep: number;
}

/** What a run tells while it goes on; only rank 0 reports. */
export type TrainEvent =
  | ({ type: 'begin' } & RunFacts)
  | ({ type: 'step' } & StepRecord)
  | { type: 'evaluation'; step: number; loss: number }
  | ({ type: 'checkpoint' } & CheckpointWritten);
