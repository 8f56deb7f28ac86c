/** Specs for tests. */
import { AppError } from '../errors/app-error.ts';
import { parseJobSpec } from './parse.ts';

export type Tree = { [key: string]: unknown };

/** The smallest valid spec, with changes merged in; undefined removes a field. */
export function spec(changes: Tree = {}): Tree {
  const base = {
    kind: 'train',
    model: { preset: 'gpt2' },
    data: { text: ['moby-dick.txt'] },
    training: { steps: 300, globalBatch: 8, sequence: 256, optimizer: { learningRate: 1e-3 } },
  };
  return merge(base, changes);
}

/** Trees merged field by field; what is no tree replaces. */
export function merge(base: Tree, changes: Tree): Tree {
  const result: Tree = { ...base };
  for (const [key, value] of Object.entries(changes)) {
    const old = result[key];
    result[key] = isTree(old) && isTree(value) ? merge(old, value) : value;
  }
  return result;
}

export function isTree(value: unknown): value is Tree {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The error of a spec that must be refused. */
export function refusal(input: unknown): AppError {
  try {
    parseJobSpec(input);
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
  throw new Error('it was accepted');
}

/** Every field of the contract's example. */
export const full: Tree = {
  kind: 'train',
  name: 'moby-dick',
  project: 'default',
  queue: 'default',
  priority: 0,
  model: { preset: 'gpt2' },
  data: { text: ['moby-dick.txt'] },
  training: {
    steps: 300,
    globalBatch: 8,
    sequence: 256,
    precision: 'fp32',
    optimizer: { name: 'adamw', learningRate: 1e-3, betas: [0.9, 0.95], eps: 1e-8, weightDecay: 0.1 },
    schedule: { name: 'cosine', warmupSteps: 20, minRatio: 0.1 },
    gradientClip: 1.0,
    dropout: 0,
    seed: 1,
    evaluate: { every: 50, fraction: 0.02 },
    checkpoint: { every: 100, keep: 3 },
  },
  resources: {
    devices: 2,
    deviceType: 'any',
    minDevices: 2,
    maxDevices: 2,
    memoryPerDevice: '4GiB',
    hostMemory: '16GiB',
    nvme: { path: '/nvme', size: '100GiB' },
    spot: false,
  },
  limits: { maxDuration: '8h', maxCostUsd: 500, maxRestarts: 10 },
  objective: 'fastest',
  layout: 'auto',
  runtime: 'native',
};
