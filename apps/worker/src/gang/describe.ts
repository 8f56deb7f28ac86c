import type { Layout } from '@massif/contracts';
import type { RunFacts } from '@massif/trainer';

/** `2 ranks of 1 thread, micro-batches of 4`, for logs. */
export function describeGang(ranks: number, { threads, layout }: { threads: number; layout: Pick<Layout, 'microBatch'> }): string {
  return `${plural(ranks, 'rank')} of ${plural(threads, 'thread')}, micro-batches of ${layout.microBatch}`;
}

/** What is trained on what, as lines for people. */
export function describeBegin({ model, steps, tokensPerStep, data }: RunFacts): string[] {
  const { type, layers, hidden, vocabSize, parameters } = model;
  const heldOut = data.heldOutTokens === 0 ? '' : `, ${count(data.heldOutTokens)} held out`;
  return [
    `model: ${type}, ${plural(layers, 'layer')} of width ${count(hidden)}, vocabulary of ${count(vocabSize)}, ${count(parameters)} parameters`,
    `data: ${count(data.trainTokens)} tokens to train on${heldOut}; ${plural(steps, 'step')} of ${count(tokensPerStep)} tokens`,
  ];
}

/** A whole number with thousands parted. */
export const count = (value: number) => Math.round(value).toLocaleString('en-US');

const plural = (value: number, noun: string) => `${count(value)} ${noun}${value === 1 ? '' : 's'}`;
