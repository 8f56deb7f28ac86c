import { z } from 'zod';

const secondsPer: Record<string, number> = { s: 1, m: 60, h: 3600, d: 86_400 };
const pattern = /^(\d{1,12}(?:\.\d{1,9})?)([smhd])$/;

/** Ten years: longer ones are slips, and this keeps every sum of times exact. */
const secondsMax = 3650 * 86_400;

/** `90s`, `30m`, `2h`, `1.5d` -> seconds; undefined for anything else, for 0 and for more than ten years. */
export function parseDuration(text: string): number | undefined {
  const match = pattern.exec(text);
  if (!match) return undefined;
  const seconds = Number(match[1]) * secondsPer[match[2]!]!;
  return seconds > 0 && seconds <= secondsMax ? seconds : undefined;
}

/**
 * Seconds of a duration that a schema has accepted.
 * @throws RangeError for any other text
 */
export function durationSeconds(duration: string): number {
  const seconds = parseDuration(duration);
  if (seconds === undefined) throw new RangeError(`not a duration: ${duration}`);
  return seconds;
}

/** A duration as users write it. It stays text, so that a spec reads as it was written; see `durationSeconds`. */
export const durationSchema = z
  .string({ error: 'must be a duration such as 90s, 30m, 2h or 3d' })
  .refine((text) => parseDuration(text) !== undefined, {
    error: 'must be a duration such as 90s, 30m, 2h or 3d, above 0 and at most 3650d',
  })
  .meta({ examples: ['90s', '30m', '2h', '3d'] });
