import { z } from 'zod';

const units: Record<string, number> = {
  B: 1,
  KB: 1e3,
  MB: 1e6,
  GB: 1e9,
  TB: 1e12,
  KiB: 2 ** 10,
  MiB: 2 ** 20,
  GiB: 2 ** 30,
  TiB: 2 ** 40,
};
const pattern = /^(\d{1,16}(?:\.\d{1,15})?) ?(B|[KMGT]i?B)$/;

/** `4GiB`, `1.5 GB` -> bytes, rounded to whole ones; undefined for anything else, and for more than 2^53 - 1 bytes. */
export function parseSize(text: string): number | undefined {
  const match = pattern.exec(text);
  if (!match) return undefined;
  const bytes = Math.round(Number(match[1]) * units[match[2]!]!);
  return Number.isSafeInteger(bytes) ? bytes : undefined;
}

/** The shortest exact form of a number of bytes: 4294967296 -> `4GiB`, 1000 -> `1000B`. `parseSize` reads it back the same. */
export function formatSize(bytes: number): string {
  const unit = ['TiB', 'GiB', 'MiB', 'KiB'].find((name) => bytes > 0 && bytes % units[name]! === 0) ?? 'B';
  return `${bytes / units[unit]!}${unit}`;
}

/** For people, to three digits in the largest binary unit that leaves at least 1: 1536 -> `1.50 KiB`. */
export function formatBytes(bytes: number): string {
  const names = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB', 'EiB'];
  const exponent = Math.min(names.length - 1, Math.floor(Math.log2(Math.max(1, bytes)) / 10));
  const value = bytes / 1024 ** exponent;
  return `${exponent === 0 ? value : value.toPrecision(value < 1000 ? 3 : 4)} ${names[exponent]}`;
}

const expected = 'must be a size above 0: whole bytes, or a number with KiB, MiB, GiB, TiB, KB, MB, GB or TB, such as 4GiB';

/** Bytes, as they are in a normalised spec. */
export const bytesSchema = z.int().min(1);

/** A size as users write it; the output is bytes. */
export const sizeSchema = z
  .union([bytesSchema, z.string().regex(pattern, { error: expected })], { error: expected })
  .transform((value, context): number => {
    const bytes = typeof value === 'number' ? value : parseSize(value);
    if (bytes !== undefined && bytes > 0) return bytes;
    context.addIssue({ code: 'custom', message: expected });
    return z.NEVER;
  });
