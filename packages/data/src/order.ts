/**
 * Sample order: a function of (seed, global sample index) and nothing else, so that every layout, and a run that resumes on another one, sees the same samples.
 *
 * The text's tokens are cut into windows of `sequence` + 1 tokens that share one token with the next (the last target is the first input of the next window), so
 * every token is predicted once per epoch. Each epoch starts its windows at another offset in [0, sequence) and visits them in another order: a Feistel
 * network over the window numbers, which walks its cycle until it lands inside their range (Black and Rogaway 2002). No table of the data's size is kept.
 */
import { stepKey } from '@massif/nn';

export interface WindowPlan {
  /** Windows an epoch visits. */
  windows: number;
  /** Offsets from which an epoch's first window may start: [0, offsets). */
  offsets: number;
}

/** How a shard of `tokens` tokens is cut for `sequence`; 0 windows when it is shorter than one sample. */
export function planWindows(options: { tokens: number; sequence: number }): WindowPlan {
  const { tokens, sequence } = options;
  const steps = tokens - 1;
  if (steps < sequence) return { windows: 0, offsets: 0 };
  // With an offset of up to sequence - 1 the last window must still fit; a shard of less than two windows gives one at any place.
  const windows = Math.max(1, Math.floor((steps - sequence + 1) / sequence));
  return { windows, offsets: Math.min(sequence, steps - windows * sequence + 1) };
}

/** The first token of a sample: it spans tokens [start, start + sequence + 1) of the shard. */
export function sampleStart(plan: WindowPlan, options: { seed: number; index: number; sequence: number }): number {
  const { seed, index, sequence } = options;
  const epoch = Math.floor(index / plan.windows);
  const [offsetWord] = stepKey({ seed, step: epoch, name: 'data.offset' });
  const offset = (offsetWord! >>> 0) % plan.offsets;
  const key = stepKey({ seed, step: epoch, name: 'data.order' });
  return offset + sequence * permute(index % plan.windows, { size: plan.windows, keyLow: key[0]!, keyHigh: key[1]! });
}

const ROUNDS = 6;

/** A permutation of [0, size), size up to 2^52. */
export function permute(value: number, options: { size: number; keyLow: number; keyHigh: number }): number {
  const { size, keyLow, keyHigh } = options;
  const halfBits = Math.max(1, Math.ceil(Math.log2(size) / 2));
  const half = 2 ** halfBits;
  let current = value;
  do {
    let left = Math.floor(current / half);
    let right = current % half;
    for (let round = 0; round < ROUNDS; round++) {
      const mixed = mix(right ^ keyLow, round + keyHigh) % half;
      const next = left ^ mixed;
      left = right;
      right = next;
    }
    current = left * half + right;
  } while (current >= size);
  return current;
}

/** Two 32-bit words to one, each output bit depending on every input bit (the finaliser of MurmurHash3 between two additions of the golden ratio). */
function mix(a: number, b: number): number {
  let hash = a ^ Math.imul(b, 0x9e3779b1);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  hash = Math.imul((hash ^ (hash >>> 16)) + 0x9e3779b1, 0x27d4eb2f);
  return (hash ^ (hash >>> 15)) >>> 0;
}
