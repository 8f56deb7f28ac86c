import { modelLoss, type ModelConfig } from '@massif/nn';
import { compileProgram, type Binding, type Device, type DeviceBuffer, type Executable, type Fn, type Submission } from '@massif/tensor';
import { adamwFn } from '../optimizer/adamw.ts';
import { normBlock, squaresFn } from '../optimizer/norm.ts';
import type { FlatLayout } from '../parameters/flat.ts';
import { gradientFn } from './gradients.ts';
import { hyperSlots, type AdamWSettings } from './hyper.ts';
import { fp32Bytes, type ReplicaMemory } from './memory.ts';

/** Losses of micro-batches lie this far apart: devices like aligned ports. */
export const lossSlotBytes = 64;

/** Everything that a replica submits, bound to its memory once. */
export interface StepPrograms {
  /** [accumulationSteps x microBatch, sequence] int32. */
  tokens: DeviceBuffer;
  targets: DeviceBuffer;
  /** One slot per micro-batch. */
  losses: DeviceBuffer;
  /** What the gradients are multiplied with, written once. */
  scale: Binding;
  /** Forward and backward of every micro-batch of a step. */
  gradients: readonly Submission[];
  /** Forward alone. */
  forward: readonly Submission[];
  /** Leaves the sums of the blocks' squares in `squares`. */
  gradientNorm: Submission;
  parameterNorm: Submission;
  squares: DeviceBuffer;
  blocks: number;
  /** Scalars of `hyperVector`. */
  hyper: DeviceBuffer;
  update: readonly Submission[];
  close(): void;
}

/** Compiles and loads the programs of a replica, and allocates what they need beside its flat buffers. */
export async function loadPrograms(options: {
  config: ModelConfig;
  layout: FlatLayout;
  memory: ReplicaMemory;
  device: Device;
  accumulationSteps: number;
  microBatch: number;
  sequence: number;
  optimizer: AdamWSettings;
  evaluates: boolean;
}): Promise<StepPrograms> {
  const { layout, memory, device, accumulationSteps, microBatch, sequence, optimizer } = options;
  const { limits } = device;
  const load = (fn: Fn): Promise<Executable> => device.load(compileProgram(fn, { limits }));
  const wrt = layout.parameters.map(({ name }) => name);
  const loss = modelLoss(options.config, { batch: microBatch, sequence });
  const blocks = memory.length / normBlock;
  const [decayed, plain] = [layout.decayedLength, layout.length - layout.decayedLength];

  // One after the other: each may keep the compiler busy on every core.
  const first = await load(gradientFn(loss, { wrt, accumulate: false }));
  const next = accumulationSteps > 1 ? await load(gradientFn(loss, { wrt, accumulate: true })) : undefined;
  const forward = options.evaluates ? await load(loss) : undefined;
  const squares = await load(squaresFn(blocks));
  const updates = [
    { length: decayed, from: 0, settings: optimizer },
    { length: plain, from: decayed, settings: { ...optimizer, weightDecay: 0 } },
  ].filter(({ length }) => length > 0);
  const updaters = await Promise.all(updates.map(({ length, settings }) => load(adamwFn(length, settings))));

  const all = [first, next, forward, squares, ...updaters].filter((executable) => executable !== undefined);
  const arenaBytes = Math.max(...all.map(({ program }) => program.arenaBytes));
  const owned: DeviceBuffer[] = [];
  const allocate = (bytes: number): DeviceBuffer => {
    const buffer = device.allocate(bytes);
    owned.push(buffer);
    return buffer;
  };
  const arena = arenaBytes === 0 ? undefined : { buffer: allocate(arenaBytes), offsetBytes: 0 };
  const tokenBytes = microBatch * sequence * Int32Array.BYTES_PER_ELEMENT;
  const tokens = allocate(accumulationSteps * tokenBytes);
  const targets = allocate(accumulationSteps * tokenBytes);
  const losses = allocate(accumulationSteps * lossSlotBytes);
  const scale: Binding = { buffer: allocate(fp32Bytes), offsetBytes: 0 };
  const squaresBuffer = allocate(blocks * fp32Bytes);
  const hyper = allocate(hyperSlots.length * fp32Bytes);
  const whole = (buffer: DeviceBuffer, elements = 0): Binding => ({ buffer, offsetBytes: elements * fp32Bytes });

  const parameters = Object.fromEntries(wrt.map((name) => [name, memory.at(memory.parameters, name)]));
  const gradients = (prefix: string) => Object.fromEntries(wrt.map((name) => [`${prefix}:${name}`, memory.at(memory.gradients, name)]));
  const micro = (index: number) => ({
    tokens: { buffer: tokens, offsetBytes: index * tokenBytes },
    targets: { buffer: targets, offsetBytes: index * tokenBytes },
    loss: { buffer: losses, offsetBytes: index * lossSlotBytes },
    ...parameters,
  });
  const each = Array.from({ length: accumulationSteps }, (_, index) => index);
  return {
    tokens,
    targets,
    losses,
    scale,
    gradients: each.map((index) =>
      index === 0 || next === undefined
        ? { executable: first, bindings: { ...micro(index), 'd:loss': scale, ...gradients('d') }, arena }
        : { executable: next, bindings: { ...micro(index), 'd:loss': scale, ...gradients('acc') }, arena },
    ),
    forward: forward === undefined ? [] : each.map((index) => ({ executable: forward, bindings: micro(index), arena })),
    gradientNorm: { executable: squares, bindings: { values: whole(memory.gradients), squares: whole(squaresBuffer) }, arena },
    parameterNorm: { executable: squares, bindings: { values: whole(memory.parameters), squares: whole(squaresBuffer) }, arena },
    squares: squaresBuffer,
    blocks,
    hyper,
    update: updates.map(({ from }, index) => ({
      executable: updaters[index]!,
      bindings: {
        parameters: whole(memory.parameters, from),
        gradients: whole(memory.gradients, from),
        firstMoment: whole(memory.firstMoment, from),
        secondMoment: whole(memory.secondMoment, from),
        hyper: whole(hyper),
      },
      arena,
    })),
    close() {
      for (const buffer of owned) device.release(buffer);
    },
  };
}
