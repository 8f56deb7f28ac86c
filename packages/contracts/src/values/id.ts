import { monotonicFactory } from 'ulid';
import { z } from 'zod';

/** What an id begins with, by what it names. */
export const idPrefixes = {
  job: 'job',
  attempt: 'att',
  event: 'evt',
  checkpoint: 'ckpt',
  node: 'node',
  device: 'dev',
  allocation: 'alloc',
  plan: 'plan',
  project: 'prj',
  queue: 'que',
  user: 'usr',
  token: 'tok',
  upload: 'upl',
  dataset: 'data',
  request: 'req',
} as const;

export type IdKind = keyof typeof idPrefixes;

export interface IdSources {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Uniform in [0, 1). */
  random(): number;
}

/**
 * Makes ids: a prefix and a ULID, in ascending order also within a millisecond and when the clock goes back.
 * Without `random` the platform's cryptographic source is used.
 */
export function createIds({ now = () => Date.now(), random }: Partial<IdSources> = {}): (kind: IdKind) => string {
  const next = monotonicFactory(random);
  return (kind) => `${idPrefixes[kind]}_${next(now())}`;
}

let ids: ReturnType<typeof createIds> | undefined;

/** The platform's cryptographic source, asked for many numbers at once: an id takes 16, each in [0, 1) with 8 bits. */
function cryptographicRandom(): () => number {
  const bytes = new Uint8Array(4096);
  let next = bytes.length;
  return () => {
    if (next === bytes.length) {
      crypto.getRandomValues(bytes);
      next = 0;
    }
    return bytes[next++]! / 256;
  };
}

/** A new id from the clock and the random source of this process: `newId('job')` -> `job_01J...`. */
export function newId(kind: IdKind): string {
  ids ??= createIds({ random: cryptographicRandom() });
  return ids(kind);
}

const ulid = '[0-7][0-9A-HJKMNP-TV-Z]{25}';

/** Schema of the ids of one kind. */
export function idSchema(kind: IdKind) {
  return z
    .string()
    .regex(new RegExp(`^${idPrefixes[kind]}_${ulid}$`), { error: `must be an id such as ${idPrefixes[kind]}_01J9ZQ6T8W3V5X7Y9A1B2C3D4E` });
}
