import { AppError, type Layout } from '@massif/contracts';
import type { SampleSet } from '@massif/data';
import type { Transport } from '@massif/distributed';
import { microBatches, accumulationSteps } from '@massif/layout';
import { modelParameters, type ModelConfig, type ParameterSpec } from '@massif/nn';
import type { Binding, Device, DeviceBuffer, Submission } from '@massif/tensor';
import type { TrainingState } from '../checkpoint/checkpoint.ts';
import type { Stepper } from '../loop/loop.ts';
import { normOf } from '../optimizer/norm.ts';
import { flatLayout } from '../parameters/flat.ts';
import { gradientSum, sumNumbers } from './all-reduce.ts';
import { clipFactor, hyperVector, type AdamWSettings } from './hyper.ts';
import { allocateReplica, fp32Bytes, rankSlot, tailSlots } from './memory.ts';
import { loadPrograms, lossSlotBytes } from './programs.ts';

export interface StepperOptions {
  config: ModelConfig;
  layout: Pick<Layout, 'dp' | 'microBatch'>;
  training: { globalBatch: number; sequence: number; gradientClip: number; optimizer: AdamWSettings };
  samples: SampleSet;
  /** Held-out samples; null: `evaluate` must not be called. */
  evaluation: SampleSet | null;
  device: Device;
  transport: Transport;
}

/** A stepper whose replica lives on a device. */
export interface DeviceStepper extends Stepper {
  /** Gives every parameter its first value, one at a time. */
  initialise(fill: (parameter: ParameterSpec, into: Float32Array) => Promise<void>): Promise<void>;
  /** A host copy of a parameter. */
  parameter(name: string): Promise<Float32Array>;
  /** Where each parameter lies on the device, for other programs that read it. */
  readonly parameterBindings: Readonly<Record<string, Binding>>;
  close(): void;
}

/**
 * Data parallelism over flat buffers. A step: every rank adds up the gradients of its micro-batches, one all-reduce sums them with the loss, the
 * number of targets and the wish to stop, and every rank updates its replica in the same way. What is summed is the gradient of
 * (sum of losses) / (globalBatch x sequence), whatever the layout; masked targets are made up for where the norm is taken.
 */
export async function createStepper(options: StepperOptions): Promise<DeviceStepper> {
  const { config, training, samples, device, transport } = options;
  const { globalBatch, sequence, gradientClip, optimizer } = training;
  const batch = { globalBatch, dp: options.layout.dp, microBatch: options.layout.microBatch };
  const accumulation = accumulationSteps(batch);
  const parameters = modelParameters(config);
  const layout = flatLayout(parameters);
  const memory = allocateReplica(device, transport, layout);
  const programs = await loadPrograms({
    config,
    layout,
    memory,
    device,
    accumulationSteps: accumulation,
    microBatch: batch.microBatch,
    sequence,
    optimizer,
    evaluates: options.evaluation !== null,
  });
  const sumGradients = gradientSum({ device, transport, buffer: memory.gradients, count: memory.length + memory.tailLength });
  const nominalTargets = globalBatch * sequence;
  await device.write(programs.scale.buffer, programs.scale.offsetBytes, new Float32Array([1 / nominalTargets]));

  /** Puts the samples of a step on the device; how many targets count. */
  const place = async (set: SampleSet, indices: readonly number[]): Promise<number> => {
    const { tokens, targets } = set.batch(indices);
    await Promise.all([device.write(programs.tokens, 0, tokens), device.write(programs.targets, 0, targets)]);
    return targets.reduce((count, target) => (target < 0 ? count : count + 1), 0);
  };
  const lossSum = async (): Promise<number> => {
    const slots = new Float32Array((accumulation * lossSlotBytes) / fp32Bytes);
    await device.read(programs.losses, 0, slots);
    let total = 0;
    for (let i = 0; i < accumulation; i++) total += slots[(i * lossSlotBytes) / fp32Bytes]!;
    return total;
  };
  const norm = async (measure: Submission): Promise<number> => {
    const squares = new Float32Array(programs.blocks);
    await device.submit([measure]).done;
    await device.read(programs.squares, 0, squares);
    return normOf(squares);
  };
  /** Sums the gradients over ranks, and with them what stands in their tail. */
  const exchange = async (values: { loss: number; tokens: number; stop: number; parameterNorm: number }) => {
    const tail = new Float32Array(memory.tailLength);
    tail[tailSlots.loss] = values.loss;
    tail[tailSlots.tokens] = values.tokens;
    tail[tailSlots.stop] = values.stop;
    tail[rankSlot(transport.rank, 'peakBytes')] = device.memory().peakBytes;
    tail[rankSlot(transport.rank, 'parameterNorm')] = values.parameterNorm;
    const at = memory.length * fp32Bytes;
    await device.write(memory.gradients, at, tail);
    await sumGradients();
    await device.read(memory.gradients, at, tail);
    const ofRanks = (slot: Parameters<typeof rankSlot>[1]) =>
      Array.from({ length: transport.size }, (_, rank) => tail[rankSlot(rank, slot)]!);
    checkReplicas(ofRanks('parameterNorm'));
    return {
      loss: tail[tailSlots.loss]!,
      tokens: tail[tailSlots.tokens]!,
      stop: tail[tailSlots.stop]! > 0,
      peakBytes: Math.max(...ofRanks('peakBytes')),
    };
  };
  const hostCopy = async (buffer: DeviceBuffer): Promise<Float32Array> => {
    const copy = new Float32Array(layout.length);
    await device.read(buffer, 0, copy);
    return copy;
  };

  return {
    layout,
    async step({ step, learningRate, stop }) {
      const indices = microBatches({ ...batch, dpRank: transport.rank, step }).flat();
      const targets = await place(samples, indices);
      await device.submit(programs.gradients).done;
      const parameterNorm = await norm(programs.parameterNorm);
      const sums = await exchange({ loss: await lossSum(), tokens: targets, stop: stop ? 1 : 0, parameterNorm });
      // The mean is over the targets that count.
      const correction = nominalTargets / sums.tokens;
      const gradNorm = (await norm(programs.gradientNorm)) * correction;
      const factor = clipFactor(gradNorm, gradientClip) * correction;
      const hyper = hyperVector({ step, learningRate, clipFactor: factor, betas: optimizer.betas });
      await device.write(programs.hyper, 0, hyper);
      await device.submit(programs.update).done;
      return { loss: sums.loss / sums.tokens, gradNorm, stop: sums.stop, peakBytes: sums.peakBytes };
    },
    async evaluate() {
      const { evaluation } = options;
      if (!evaluation) throw new Error('nothing is held out');
      const together = accumulation * batch.microBatch;
      let [loss, tokens] = [0, 0];
      for (let first = transport.rank * together; first < evaluation.samplesPerEpoch; first += together * transport.size) {
        tokens += await place(
          evaluation,
          Array.from({ length: together }, (_, i) => first + i),
        );
        await device.submit(programs.forward).done;
        loss += await lossSum();
      }
      const [lossOfAll, tokensOfAll] = await sumNumbers(transport, [loss, tokens]);
      return lossOfAll! / tokensOfAll!;
    },
    async read(): Promise<TrainingState> {
      return {
        parameters: await hostCopy(memory.parameters),
        firstMoment: await hostCopy(memory.firstMoment),
        secondMoment: await hostCopy(memory.secondMoment),
      };
    },
    async write(state) {
      await device.write(memory.parameters, 0, state.parameters);
      await device.write(memory.firstMoment, 0, state.firstMoment);
      await device.write(memory.secondMoment, 0, state.secondMoment);
    },
    async initialise(fill) {
      for (const { name, offset, length } of layout.parameters) {
        const values = new Float32Array(length);
        await fill(
          parameters.find((parameter) => parameter.name === name)!,
          values,
        );
        await device.write(memory.parameters, offset * fp32Bytes, values);
      }
    },
    async parameter(name) {
      const { offset, length } = layout.parameters.find((parameter) => parameter.name === name)!;
      const values = new Float32Array(length);
      await device.read(memory.parameters, offset * fp32Bytes, values);
      return values;
    },
    parameterBindings: Object.fromEntries(layout.parameters.map(({ name }) => [name, memory.at(memory.parameters, name)])),
    close() {
      programs.close();
      for (const buffer of [memory.parameters, memory.gradients, memory.firstMoment, memory.secondMoment]) device.release(buffer);
    },
  };
}

/**
 * Replicas start equal and are updated equally; ranks on different processors may round differently. A parameter that no token of the batch
 * touches does not show in the loss, so here is where it is noticed when it is not finite.
 */
function checkReplicas(norms: readonly number[]): void {
  const tolerance = 1e-5;
  const broken = norms.find((norm) => !Number.isFinite(norm));
  if (broken !== undefined) throw new AppError('nan_loss', `the parameters have the norm ${broken}`);
  const [first] = norms as [number];
  const other = norms.findIndex((norm) => Math.abs(norm - first) > tolerance * first);
  if (other > 0)
    throw new AppError(
      'rank_failed',
      `the parameters of rank ${other} have the norm ${norms[other]}, those of rank 0 ${first}: the replicas went apart`,
    );
}
