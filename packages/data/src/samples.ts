import { AppError } from '@massif/contracts';
import { dataInvalid, nameOf } from './errors.ts';
import { planWindows, sampleStart } from './order.ts';
import type { PreparedData } from './prepare.ts';
import type { TokenShard } from './shard.ts';
import type { DataSource } from './sources.ts';

/** Row-major [indices.length, sequence]; targets are the next tokens, -1 where there is none to predict. */
export interface Batch {
  tokens: Int32Array;
  targets: Int32Array;
}

export interface SampleSet {
  readonly sequence: number;
  /** Samples after which every one was met once. */
  readonly samplesPerEpoch: number;
  /** Samples by their global index (step x globalBatch + place in the batch). */
  batch(indices: readonly number[]): Batch;
}

/**
 * The samples of training. Text: sample i is a function of (seed, i), see order.ts. Rows: sample i is row i mod rows, in file order.
 * @throws AppError `data_invalid` when the data is shorter than one sample, naming its source
 */
export function trainingSamples(data: PreparedData, options: { seed: number; sequence: number; source: DataSource }): SampleSet {
  const { seed, sequence, source } = options;
  const shard = data.train;
  if (data.kind === 'rows') {
    const rows = shard.tokens / (sequence + 1);
    if (!Number.isInteger(rows)) throw dataInvalid('data.tokens', `holds rows of another length than sequence + 1 = ${sequence + 1}`);
    return sampleSet(shard, { sequence, samplesPerEpoch: rows, start: (index) => (index % rows) * (sequence + 1) });
  }
  const plan = planWindows({ tokens: shard.tokens, sequence });
  if (plan.windows === 0) throw tooShort(data, { sequence, source });
  return sampleSet(shard, { sequence, samplesPerEpoch: plan.windows, start: (index) => sampleStart(plan, { seed, index, sequence }) });
}

/**
 * The held-out text as consecutive windows that predict every token but the first once; the last one ends in masked targets, and samples beyond it are wholly
 * masked, so that ranks may share them out in equal parts. Null for token rows, of which nothing is held out; throws when the held-out part of a text predicts nothing.
 */
export function evaluationSamples(data: PreparedData, options: { sequence: number }): SampleSet | null {
  const { sequence } = options;
  if (data.kind === 'rows') return null;
  const shard = data.validation;
  if (shard === null || shard.tokens < 2)
    throw dataInvalid(
      'training.evaluate.fraction',
      `holds out ${shard?.tokens ?? 0} tokens, which leaves nothing to predict; raise it, add text, or leave training.evaluate out`,
    );
  return sampleSet(shard, { sequence, samplesPerEpoch: Math.ceil((shard.tokens - 1) / sequence), start: (index) => index * sequence });
}

function tooShort({ train, validation }: PreparedData, { sequence, source }: { sequence: number; source: DataSource }): Error {
  const files = source.kind === 'text' ? source.files : [source];
  const [first] = files;
  const [field, who] =
    files.length === 1 ? [first!.field, nameOf(first!)] : [first!.field.replace(/\[.*$/, ''), `its ${files.length} files`];
  const heldOut = validation === null ? '' : ` (${validation.tokens} more are held out)`;
  const shorter = train.tokens < 2 ? '' : `, or make training.sequence at most ${train.tokens - 1}`;
  const message = `${who} ${files.length === 1 ? 'has' : 'have'} ${train.tokens} tokens to train on${heldOut}, but a sample takes training.sequence + 1 = ${sequence + 1}`;
  return new AppError('data_invalid', `${field}: ${message}; add text${shorter}`, { context: { path: field } });
}

function sampleSet(shard: TokenShard, options: { sequence: number; samplesPerEpoch: number; start: (index: number) => number }): SampleSet {
  const { sequence, samplesPerEpoch, start } = options;
  return {
    sequence,
    samplesPerEpoch,
    batch(indices) {
      const tokens = new Int32Array(indices.length * sequence);
      const targets = new Int32Array(indices.length * sequence).fill(-1);
      indices.forEach((index, row) => {
        const first = start(index);
        const window = new Int32Array(Math.max(0, Math.min(sequence + 1, shard.tokens - first)));
        if (window.length < 2) return;
        shard.read(window, first);
        tokens.set(window.subarray(0, window.length - 1), row * sequence);
        targets.set(window.subarray(1), row * sequence);
      });
      return { tokens, targets };
    },
  };
}
