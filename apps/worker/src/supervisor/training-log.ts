import { count, describeBegin } from '../gang/describe.ts';
import type { FromRank } from '../gang/protocol.ts';

/** What a person reads of a run; the numbers themselves go to the metrics, every one of them. */
export interface TrainingLog {
  /** Of rank 0. */
  told(message: FromRank): void;
  /** Says what was held back. */
  end(): void;
}

export interface TrainingLogOptions {
  say(line: string): void;
  now?: () => number;
}

const stepEveryMs = 10_000;
/** A tiny model may write ten checkpoints a second. */
const checkpointEveryMs = 5_000;

/**
 * Sentences for the log of a job: what is trained on what, each evaluation, and as often as it can be read how far it is and
 * the latest checkpoint.
 */
export function createTrainingLog({ say, now = () => performance.now() }: TrainingLogOptions): TrainingLog {
  let steps: number | undefined;
  let stepSaid: { tokens: number; atMs: number } | undefined;
  let checkpointSaidAtMs = -Infinity;
  let checkpointHeld: number | undefined;

  const saidStep = ({ step, loss, tokens }: Extract<FromRank, { type: 'step' }>) => {
    const atMs = now();
    if (stepSaid && atMs - stepSaid.atMs < stepEveryMs) return;
    const total = steps === undefined ? '' : `/${steps}`;
    const rate = stepSaid ? `  ${count(((tokens - stepSaid.tokens) * 1000) / (atMs - stepSaid.atMs))} tokens/s` : '';
    say(`step ${step + 1}${total}  loss ${loss.toFixed(4)}${rate}`);
    stepSaid = { tokens, atMs };
  };
  const sayCheckpoint = () => {
    if (checkpointHeld === undefined) return;
    say(`checkpoint of step ${checkpointHeld}`);
    checkpointHeld = undefined;
    checkpointSaidAtMs = now();
  };

  return {
    told: (message) => {
      if (message.type === 'begin') {
        steps = message.steps;
        for (const line of describeBegin(message)) say(line);
      } else if (message.type === 'step') saidStep(message);
      else if (message.type === 'evaluation') say(`step ${message.step}  held-out loss ${message.loss.toFixed(4)}`);
      else if (message.type === 'checkpoint') {
        checkpointHeld = message.step;
        if (now() - checkpointSaidAtMs >= checkpointEveryMs) sayCheckpoint();
      }
    },
    end: sayCheckpoint,
  };
}
