import { fp32Bytes, parameterCount, type ModelShape } from '../model/shape.ts';

/** Bytes on one device, by what they are for. */
export interface MemoryParts {
  parameters: number;
  gradients: number;
  /** AdamW's two moments. */
  optimizer: number;
  /** What the forward pass keeps for the backward pass, one micro-batch. */
  activations: number;
  /** Logits, which their gradient overwrites; 0 where the most is live later, when they are gone. */
  logits: number;
  /** The most that is live beside all this; the samples of a step. */
  workspace: number;
}

/** The flat buffers of parameters, gradients and moments are whole blocks of the global norm, in elements. */
const normBlock = 4096;

/**
 * Elements per token that one GPT-2 layer keeps for its backward pass: outputs of routines and inputs of products.
 * The activation is computed again from its input.
 */
function savedPerToken({ hidden: C, heads, inner: I }: ModelShape): { name: string; elements: number }[] {
  return [
    { name: 'block input', elements: C },
    { name: 'first layer norm', elements: C + 2 },
    { name: 'query, key, value', elements: 3 * C },
    { name: 'attention output', elements: C + heads },
    { name: 'sum after attention', elements: C },
    { name: 'second layer norm', elements: C + 2 },
    { name: 'feed-forward before activation', elements: I },
  ];
}

/** When the most is live beside what the layers keep, in elements per token. */
function peaks({ hidden: C, inner: I, vocabulary: V }: ModelShape): { logits: number; workspace: number }[] {
  return [
    // The gradient of the logits becomes that of the last layer norm's output, whose input and result are there too.
    { logits: V, workspace: 3 * C + 2 },
    // Before and after the activation and its gradient, between the layer's two ends.
    { logits: 0, workspace: 3 * I + 2 * C },
    // Query, key and value of attention and their gradients, its output's gradient, between the layer's two ends.
    { logits: 0, workspace: 9 * C },
  ];
}

interface MemoryShape {
  /** Of a micro-batch. */
  samples: number;
  sequence: number;
  /** Micro-batches of a rank in one step: their token ids are there from its start. */
  accumulationSteps: number;
}

/** Memory of one data-parallel rank that runs one micro-batch of `samples` x `sequence` tokens at a time. */
export function memoryOf(model: ModelShape, { samples, sequence, accumulationSteps }: MemoryShape): MemoryParts {
  const tokens = samples * sequence;
  const parameters = Math.ceil(parameterCount(model) / normBlock) * normBlock * fp32Bytes;
  const saved = savedPerToken(model).reduce((sum, { elements }) => sum + elements, 0);
  const { logits, workspace } = peaks(model).reduce((a, b) => (b.logits + b.workspace > a.logits + a.workspace ? b : a));
  const ids = 2 * accumulationSteps;
  return {
    parameters,
    gradients: parameters,
    optimizer: 2 * parameters,
    activations: tokens * model.layers * saved * fp32Bytes,
    logits: tokens * logits * fp32Bytes,
    workspace: tokens * (workspace + ids) * fp32Bytes,
  };
}

export function totalBytes(parts: MemoryParts): number {
  return Object.values(parts).reduce((sum: number, bytes: number) => sum + bytes, 0);
}
