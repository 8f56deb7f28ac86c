import { learningRateAt, specSteps, type Assignment, type MetricColumn, type TrainSpec } from '@massif/contracts';
import { curveOf } from './curve.ts';
import { fateOf } from './fate.ts';
import { between, normal, seedOf, uniform } from './random.ts';

/** All that the life of a gang depends on. */
export interface GangFacts {
  /** Of the cluster. */
  seed: number;
  attempt: number;
  spec: TrainSpec;
  planned: NonNullable<Assignment['planned']>;
  ranks: number;
  /** Optimizer steps in the checkpoint that it goes on from. */
  firstStep: number;
}

/** What happens in the life of a gang, in the order in which it does. */
export type GangEvent = { atMs: number } & (
  | { type: 'log'; rank: number; line: string }
  /** Its ranks have met and begin to train. */
  | { type: 'running' }
  | ({ type: 'step'; step: number } & Record<MetricColumn, number>)
  /** After so many steps. */
  | { type: 'evaluation'; step: number; loss: number }
  | { type: 'checkpoint'; step: number; bytes: number }
  | { type: 'succeeded'; step: number; loss: number | undefined }
  /** `rank`: the one that it began with. */
  | { type: 'failed'; step: number; code: string; message: string; rank?: number }
);

/** Where only the size of the data decides how long a job is, it is so long. */
const stepsDefault = 1000;
const progressEveryMs = 120_000;
/** Of a step: what an evaluation takes of it. */
const evaluationSteps = 2;

/** Optimizer steps of the whole run. */
export function stepsOf(spec: TrainSpec): number {
  return specSteps(spec) ?? stepsDefault;
}

/** Jobs with the same name and training share their life, in whatever order their fields were written. */
export function seedOfJob(seed: number, { name, training }: TrainSpec): number {
  const { globalBatch, sequence, optimizer, seed: ofTraining } = training;
  return seedOf(seed, name, ofTraining, globalBatch, sequence, optimizer.learningRate);
}

function parameterBytesOf({ memoryParts, memoryGiB }: GangFacts['planned']): number {
  return memoryParts?.['parameters'] ?? memoryGiB * 2 ** 28;
}

/** Of a checkpoint: the parameters and two moments of each. */
export function checkpointBytes(planned: GangFacts['planned']): number {
  return 3 * parameterBytesOf(planned);
}

/**
 * The life of a gang from its launch at `startMs` to its end: a function of what it is given and nothing else, so that it can be
 * told again from any moment on. `slowness` is how many times as long a step takes at a time, because of a device of the gang.
 */
export function* lifeOf(facts: GangFacts, startMs: number, slowness: (atMs: number) => number): Generator<GangEvent, void> {
  const { spec, attempt, planned, ranks, firstStep } = facts;
  const { training } = spec;
  const steps = stepsOf(spec);
  const seed = seedOfJob(facts.seed, spec);
  const fate = fateOf({ seed, attempt, steps, ranks });
  const parameterBytes = parameterBytesOf(planned);
  const tokensPerStep = training.globalBatch * training.sequence;
  const curve = curveOf({ seed, parameters: Math.max(1e6, parameterBytes / 4), tokensPerStep });
  const schedule = { ...training.schedule, learningRate: training.optimizer.learningRate, steps };
  const timing = seedOf(seed, 'timing');
  const ofAttempt = seedOf(timing, attempt);
  // Rarely as fast as the plan, and the same for all attempts.
  const pace = planned.stepTimeMs * (1.03 + 0.05 * Math.abs(normal(timing)));
  const deviceBytes = Math.round(planned.memoryGiB * 2 ** 30 * between(timing, 0.97, 1.02));

  let atMs = startMs + between(ofAttempt, 1500, 5000);
  const log = (line: string, rank = -1): GangEvent => ({ atMs, type: 'log', rank, line });
  function* fail(step: number, failure: { code: string; message: string; rank?: number }): Generator<GangEvent, undefined> {
    yield log(`failed: ${failure.code}: ${failure.message}`);
    yield { atMs, type: 'failed', step, ...reason(failure) };
  }
  yield log(`attempt ${attempt}: ${ranks} ranks${firstStep === 0 ? '' : `, from step ${firstStep}`}`);
  atMs += 4000 + 14_000 * uniform(ofAttempt, 1);
  if (fate.kind === 'fails' && fate.atStep === undefined) return yield* fail(firstStep, fate);
  yield { atMs, type: 'running' };
  yield log(`${steps} steps of ${tokensPerStep.toLocaleString('en-US')} tokens`, 0);
  // Compiling, and the first samples.
  atMs += 3000 + 10_000 * uniform(ofAttempt, 2);

  const trainsFromMs = atMs;
  let saidMs = -Infinity;
  for (let step = firstStep; step < steps; step++) {
    const stepTimeMs = pace * slowness(atMs) * Math.exp(0.025 * normal(ofAttempt, step)) * (uniform(ofAttempt, -step) < 0.01 ? 1.3 : 1);
    if (fate.kind === 'rankDies' && atMs + stepTimeMs > trainsFromMs + fate.afterMs) {
      atMs = Math.max(atMs, trainsFromMs + fate.afterMs);
      const { rank, how } = fate;
      return yield* fail(step, { code: 'rank_failed', message: `rank ${rank} ${how}`, rank });
    }
    atMs += stepTimeMs;
    if (fate.kind === 'fails' && fate.atStep !== undefined && step >= fate.atStep) return yield* fail(step, fate);
    const loss = curve.loss(step);
    const learningRate = learningRateAt(step, schedule);
    const tokens = (step + 1) * tokensPerStep;
    yield { atMs, type: 'step', step, loss, gradNorm: curve.gradNorm(step), tokens, stepTimeMs, learningRate, deviceBytes };
    const done = step + 1;
    if (atMs - saidMs > progressEveryMs) {
      const rate = Math.round((tokensPerStep * 1000) / stepTimeMs).toLocaleString('en-US');
      yield log(`step ${done}/${steps}  loss ${loss.toFixed(4)}  ${rate} tokens/s`, 0);
      saidMs = atMs;
    }
    const isLast = done === steps;
    if (training.evaluate && (isLast || done % training.evaluate.every === 0)) {
      atMs += evaluationSteps * pace;
      const held = curve.evaluationLoss(done);
      yield { atMs, type: 'evaluation', step: done, loss: held };
      yield log(`step ${done}  held-out loss ${held.toFixed(4)}`, 0);
    }
    if (isLast || done % training.checkpoint.every === 0) yield { atMs, type: 'checkpoint', step: done, bytes: checkpointBytes(planned) };
  }
  atMs += 2000;
  yield { atMs, type: 'succeeded', step: steps, loss: training.evaluate ? curve.evaluationLoss(steps) : undefined };
}

const reason = ({ code, message, rank }: { code: string; message: string; rank?: number }) => ({
  code,
  message,
  ...(rank === undefined ? {} : { rank }),
});
