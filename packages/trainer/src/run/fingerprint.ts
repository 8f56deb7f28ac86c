import { createHash } from 'node:crypto';
import type { Training } from '@massif/contracts';
import type { PreparedData } from '@massif/data';
import { formatGpt2Config, type ModelConfig } from '@massif/nn';

/**
 * Hash of everything that decides the loss curve beside the state in a checkpoint: model, data, update rule. The layout is not part of it:
 * a run may resume on another one.
 */
export function fingerprintOf(options: { config: ModelConfig; training: Training; steps: number; data: PreparedData }): string {
  const { config, steps, data } = options;
  const { globalBatch, sequence, precision, optimizer, schedule, gradientClip, dropout, seed } = options.training;
  const parts = {
    model: formatGpt2Config(config),
    data: { kind: data.kind, train: data.train.sha256, validation: data.validation?.sha256 ?? null },
    training: { steps, globalBatch, sequence, precision, optimizer, schedule, gradientClip, dropout, seed },
  };
  return createHash('sha256').update(JSON.stringify(parts, sortedKeys)).digest('hex');
}

/** The order in which a spec was written has no meaning. */
const sortedKeys = (_: string, value: unknown): unknown =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)))
    : value;
