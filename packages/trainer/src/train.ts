import { AppError, type Layout, type TrainSpec } from '@massif/contracts';
import { evaluationSamples, totalSteps, trainingSamples, type DataSource, type PreparedData } from '@massif/data';
import type { Transport } from '@massif/distributed';
import { elementCount, modelParameters, type ModelConfig } from '@massif/nn';
import { checkExportTarget, exportModel } from '@massif/nn/files';
import type { Device } from '@massif/tensor';
import type { RunFacts, TrainEvent } from './loop/events.ts';
import { trainLoop } from './loop/loop.ts';
import { prepareShared } from './run/data.ts';
import { fingerprintOf } from './run/fingerprint.ts';
import { openModel } from './run/model.ts';
import { sampleText } from './run/sample.ts';
import { createStepper } from './step/stepper.ts';

export interface TrainOptions {
  /** Paths are absolute, and a preset has become its config. */
  spec: TrainSpec;
  /** dp is the number of ranks. */
  layout: Layout;
  source: DataSource;
  /** This rank's. */
  device: Device;
  transport: Transport;
  directories: {
    /** Cache of tokenised data, shared by the ranks of a host. */
    data: string;
    /** Checkpoints go to `step-N` below it; none are written when it is left out. */
    checkpoints?: string | undefined;
    /** Where the finished model goes. */
    model: string;
  };
  /** Directory of a checkpoint, of any layout. */
  resumeFrom?: string | undefined;
  /** Asked before each step; any rank's yes stops all of them after the same step, with a checkpoint. */
  stopRequested(): boolean;
  /** Called on rank 0 only. */
  onEvent(event: TrainEvent): void;
  /** Called on rank 0 every few seconds while data is prepared: a sentence that says how far it is. */
  onNote?(line: string): void;
}

export interface TrainResult {
  outcome: 'finished' | 'stopped';
  /** Optimizer steps done. */
  step: number;
  /** On rank 0 of a finished run; `loss` is that on the held-out part, in nats per token. */
  model?: { path: string; loss?: number };
  /** A few words by the model, when it has a tokenizer and says any. */
  sample?: string;
}

/**
 * One rank of a training run, from the job spec to the exported model. Every rank calls it with the same spec and layout.
 * @throws AppError `invalid_spec`, `not_supported`, `nan_loss`, `checkpoint_invalid`, `data_*`; ModelError; TransportError; errors of the device
 */
export async function train(options: TrainOptions): Promise<TrainResult> {
  const { spec, layout, device, transport, directories, onEvent } = options;
  const { training } = spec;
  const { sequence, globalBatch, seed, optimizer } = training;
  const leader = transport.rank === 0;
  if (layout.dp !== transport.size)
    throw new AppError('invalid_spec', `layout.dp is ${layout.dp}, but ${transport.size} ranks were started`);
  await using cleanup = new AsyncDisposableStack();
  if (leader) await checkExportTarget(directories.model);

  const model = cleanup.adopt(await openModel(spec.model), (opened) => opened.close());
  if (sequence > model.config.positions) throw tooLong(sequence, model.config.positions);
  const data = cleanup.adopt(
    await prepareShared({
      source: options.source,
      directory: directories.data,
      model,
      training,
      transport,
      onNote: (line) => options.onNote?.(line),
    }),
    (opened) => opened.close(),
  );
  const samples = trainingSamples(data, { seed, sequence, source: options.source });
  const evaluation = training.evaluate ? evaluationSamples(data, { sequence }) : null;
  const steps = totalSteps(training, { globalBatch, sequence, samplesPerEpoch: samples.samplesPerEpoch });
  const schedule = { ...training.schedule, learningRate: optimizer.learningRate, steps };
  const tokensPerStep = globalBatch * sequence;
  if (leader) onEvent({ type: 'begin', ...factsOf(model.config, data), steps, tokensPerStep });

  const stepper = cleanup.adopt(
    await createStepper({ config: model.config, layout, training, samples, evaluation, device, transport }),
    (created) => created.close(),
  );
  if (options.resumeFrom === undefined) await stepper.initialise((parameter, into) => model.initialise(parameter, into, seed));
  const result = await trainLoop({
    stepper,
    transport,
    schedule,
    tokensPerStep,
    evaluateEvery: evaluation ? training.evaluate?.every : undefined,
    checkpoint:
      directories.checkpoints === undefined ? undefined : { every: training.checkpoint.every, directory: directories.checkpoints },
    fingerprint: fingerprintOf({ config: model.config, training, steps, data }),
    resumeFrom: options.resumeFrom,
    stopRequested: () => options.stopRequested(),
    onEvent,
  });
  const { outcome, step, loss } = result;
  if (outcome === 'stopped' || !leader) return { outcome, step };

  const config = data.tokenizer && !model.tokenizer ? withEndOfText(model.config, data.tokenizer.endOfText) : model.config;
  const values = async (name: string) => checkFinite(name, await stepper.parameter(name));
  await exportModel(directories.model, { config, values, tokenizer: data.tokenizer });
  const sample = data.tokenizer
    ? await sampleText({
        config,
        device,
        parameters: stepper.parameterBindings,
        tokenizer: data.tokenizer,
        shard: data.validation ?? data.train,
        seed,
      }).catch(withoutMemory)
    : undefined;
  return {
    outcome,
    step,
    model: { path: directories.model, ...(loss === undefined ? {} : { loss }) },
    ...(sample === undefined ? {} : { sample }),
  };
}

function factsOf(config: ModelConfig, { train: shard, validation }: PreparedData): Pick<RunFacts, 'model' | 'data'> {
  const { modelType: type, layers, hidden, vocabSize } = config;
  const parameters = modelParameters(config).reduce((sum, { shape }) => sum + elementCount(shape), 0);
  return {
    model: { type, layers, hidden, vocabSize, parameters },
    data: { trainTokens: shard.tokens, heldOutTokens: validation?.tokens ?? 0 },
  };
}

function tooLong(sequence: number, positions: number): AppError {
  const message = `is ${sequence}, more than the ${positions} positions of the model`;
  return new AppError('invalid_spec', `training.sequence ${message}`, {
    errors: [{ path: 'training.sequence', message, fix: `use at most ${positions}, or a model with more positions` }],
  });
}

/** The plan of a job knows nothing of the sample: where its memory is not left over, the job ends well without. */
function withoutMemory(error: unknown): undefined {
  if ((error as { code?: unknown }).code !== 'device_out_of_memory') throw error;
}

/** The last update has no step after it whose loss would tell. */
function checkFinite(name: string, values: Float32Array): Float32Array {
  const place = values.findIndex((value) => !Number.isFinite(value));
  if (place >= 0) throw new AppError('nan_loss', `the last update left ${values[place]} in ${name}; the model is not written`);
  return values;
}

/** A tokenizer that was trained here ends documents with its own token, whatever the config's default says. */
const withEndOfText = <C extends { bosTokenId: number | null; eosTokenId: number | null }>(config: C, endOfText: number | null): C => ({
  ...config,
  bosTokenId: endOfText,
  eosTokenId: endOfText,
});
