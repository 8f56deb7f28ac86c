import { join } from 'node:path';
import { AppError, learningRateAt, type LearningRateSchedule } from '@massif/contracts';
import type { Transport } from '@massif/distributed';
import { readCheckpoint, writeCheckpoint, type TrainingState } from '../checkpoint/checkpoint.ts';
import type { FlatLayout } from '../parameters/flat.ts';
import type { TrainEvent } from './events.ts';

/** One rank's share of an optimizer step, and the state it changes. */
export interface Stepper {
  readonly layout: FlatLayout;
  /**
   * Runs step `step` (from 0). `stop` goes to every rank with the step's own all-reduce, so all agree on the step after
   * which they leave.
   */
  step(options: {
    step: number;
    learningRate: number;
    stop: boolean;
  }): Promise<{ loss: number; gradNorm: number; stop: boolean; peakBytes: number }>;
  /** Mean loss per token on the held-out part, the same on every rank. */
  evaluate(): Promise<number>;
  /** Host copies of the flat buffers. */
  read(): Promise<TrainingState>;
  write(state: TrainingState): Promise<void>;
}

export interface LoopOptions {
  stepper: Stepper;
  transport: Transport;
  schedule: LearningRateSchedule;
  /** Tokens of one step over all ranks. */
  tokensPerStep: number;
  evaluateEvery: number | undefined;
  checkpoint: { every: number; directory: string } | undefined;
  /** What must be the same for a checkpoint to fit: see `writeCheckpoint`. */
  fingerprint: string;
  resumeFrom: string | undefined;
  stopRequested(): boolean;
  onEvent(event: TrainEvent): void;
}

export interface LoopResult {
  outcome: 'finished' | 'stopped';
  /** Optimizer steps done. */
  step: number;
  /** Held-out loss after the last step, when something is held out. */
  loss?: number;
}

/**
 * Trains from the start or a checkpoint to the last step, or until all ranks agree to stop.
 * @throws AppError `nan_loss` when loss, held-out loss or gradients are not finite; what the checkpoint and the transport throw.
 */
export async function trainLoop(options: LoopOptions): Promise<LoopResult> {
  const { stepper, transport, schedule, tokensPerStep, evaluateEvery, checkpoint, fingerprint, onEvent } = options;
  const leader = transport.rank === 0;
  let done = 0;
  if (options.resumeFrom !== undefined) {
    const { manifest, state } = await readCheckpoint(options.resumeFrom, stepper.layout, fingerprint);
    await stepper.write(state);
    done = manifest.step;
  }
  let saved = done;
  // The next steps run while the copy of the last checkpoint is written; one at a time.
  let writing: Promise<void> = Promise.resolve();
  const save = async () => {
    if (!checkpoint || !leader || saved === done) return;
    await writing;
    const step = done;
    saved = step;
    const directory = join(checkpoint.directory, `step-${step}`);
    const state = await stepper.read();
    writing = writeCheckpoint(directory, stepper.layout, state, { step, tokens: step * tokensPerStep, fingerprint }).then(({ files }) =>
      onEvent({ type: 'checkpoint', step, path: directory, bytes: files.reduce((sum, file) => sum + file.bytes, 0), files }),
    );
    // Reported where it is awaited; here it only must not go unhandled.
    writing.catch(() => {});
  };
  const evaluate = async () => {
    const loss = await stepper.evaluate();
    // The same on every rank: all of them end here.
    if (!Number.isFinite(loss)) throw notFinite(`the held-out loss after step ${done} is ${loss}`);
    if (leader) onEvent({ type: 'evaluation', step: done, loss });
    return loss;
  };

  let stopped = false;
  while (done < schedule.steps && !stopped) {
    const startedAt = performance.now();
    const learningRate = learningRateAt(done, schedule);
    const { loss, gradNorm, stop, peakBytes } = await stepper.step({ step: done, learningRate, stop: options.stopRequested() });
    const stepTimeMs = performance.now() - startedAt;
    if (!Number.isFinite(loss) || !Number.isFinite(gradNorm)) {
      throw notFinite(`step ${done}: loss ${loss}, gradient norm ${gradNorm}`);
    }
    if (leader) {
      const memory = { deviceBytes: peakBytes, hostBytes: 0, nvmeBytes: 0 };
      onEvent({ type: 'step', step: done, loss, gradNorm, tokens: (done + 1) * tokensPerStep, stepTimeMs, learningRate, memory });
    }
    done++;
    stopped = stop;
    if (evaluateEvery !== undefined && done % evaluateEvery === 0 && done < schedule.steps) await evaluate();
    if (checkpoint && (done % checkpoint.every === 0 || stopped)) await save();
  }
  if (done < schedule.steps) {
    await writing;
    return { outcome: 'stopped', step: done };
  }
  const loss = evaluateEvery === undefined ? undefined : await evaluate();
  await save();
  await writing;
  return { outcome: 'finished', step: done, ...(loss === undefined ? {} : { loss }) };
}

function notFinite(what: string): AppError {
  return new AppError('nan_loss', `${what}; a lower learning rate or a longer warm-up usually helps`);
}
