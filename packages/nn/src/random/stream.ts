import { hashName, philox4x32 } from './philox.ts';

/** Names one stream of random numbers: the run's seed and what the numbers are for. */
export interface StreamKey {
  /** An integer in [0, 2^53). */
  seed: number;
  /** For instance a parameter's name. */
  name: string;
}

const TWO_PI = 2 * Math.PI;
const UNIT = 2 ** -32;

/**
 * Fills `out` with elements [start, start + out.length) of the stream's normal numbers (mean 0). Element i is a function of (seed, name, i): any slice of a
 * tensor can be made alone and equals the same slice of the whole. Box-Muller on pairs of Philox words; |value| < 6.7 standard deviations.
 */
export function fillNormal(out: Float32Array, options: StreamKey & { standardDeviation: number; start?: number }): void {
  const { seed, name, standardDeviation, start = 0 } = options;
  const [nameLow, nameHigh] = hashName(name);
  const keyLow = seed >>> 0;
  const keyHigh = Math.floor(seed / 2 ** 32) >>> 0;
  const words = new Uint32Array(4);
  const block = new Float64Array(4);
  let blockIndex = -1;
  for (let i = 0; i < out.length; i++) {
    const index = start + i;
    const wanted = Math.floor(index / 4);
    if (wanted !== blockIndex) {
      blockIndex = wanted;
      words[0] = wanted >>> 0;
      words[1] = Math.floor(wanted / 2 ** 32);
      words[2] = nameLow;
      words[3] = nameHigh;
      philox4x32(words, keyLow, keyHigh);
      for (let pair = 0; pair < 4; pair += 2) {
        // The half keeps the uniform number away from 0, whose logarithm is infinite.
        const radius = Math.sqrt(-2 * Math.log((words[pair]! + 0.5) * UNIT));
        const angle = TWO_PI * words[pair + 1]! * UNIT;
        block[pair] = radius * Math.cos(angle);
        block[pair + 1] = radius * Math.sin(angle);
      }
    }
    out[i] = block[index & 3]! * standardDeviation;
  }
}

/** The two int32 words that key the random numbers of one (seed, step): given to `randomUniform` in the graph. */
export function stepKey(options: { seed: number; step: number; name: string }): Int32Array {
  const [nameLow, nameHigh] = hashName(options.name);
  const words = new Uint32Array([options.step >>> 0, Math.floor(options.step / 2 ** 32), nameLow, nameHigh]);
  philox4x32(words, options.seed >>> 0, Math.floor(options.seed / 2 ** 32) >>> 0);
  return new Int32Array([words[0]! | 0, words[1]! | 0]);
}
