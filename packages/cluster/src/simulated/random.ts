/**
 * Chance that can be looked up: the same number for the same seed and index, whenever and by whomever it is asked for. So what
 * happens in a simulated cluster is a function of its seed and the time, and needs no memory.
 */

/** A seed made of what it belongs to. Murmur's finaliser over FNV-1a. */
export function seedOf(...parts: readonly (string | number)[]): number {
  let hash = 0x811c9dc5;
  for (const character of parts.join('\0')) hash = Math.imul(hash ^ character.codePointAt(0)!, 0x01000193);
  return mix(hash);
}

/** Uniform in [0, 1). */
export function uniform(seed: number, index = 0): number {
  return mix(seed + Math.imul(index | 0, 0x9e3779b9)) / 2 ** 32;
}

/** Uniform in [low, high). */
export function between(seed: number, low: number, high: number): number {
  return low + (high - low) * uniform(seed);
}

/** Normal with mean 0 and deviation 1 (Box and Muller). */
export function normal(seed: number, index = 0): number {
  const [a, b] = [uniform(seed, 2 * index), uniform(seed, 2 * index + 1)];
  return Math.sqrt(-2 * Math.log(1 - a)) * Math.cos(2 * Math.PI * b);
}

/** Time until what happens at random once in `mean`. */
export function exponential(seed: number, mean: number): number {
  return -mean * Math.log(1 - uniform(seed));
}

function mix(value: number): number {
  let h = value | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
