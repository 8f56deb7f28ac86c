import { z } from 'zod';

/** Names of jobs appear in paths, tables and URLs: one line, no separators of paths, no leading dot or dash, no space at the ends. */
const jobNamePattern = /^(?![.\-\s])[^\p{C}/\\:*?"<>|]{1,128}(?<!\s)$/u;

export const jobNameSchema = z.string().regex(jobNamePattern, {
  error: 'must be 1 to 128 printable characters on one line, none of / \\ : * ? " < > |, not beginning with a dot, a dash or a space',
});

/** Names of projects and queues. */
export const shortNameSchema = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/, {
  error: 'must be 1 to 63 letters, digits, dots, dashes or underscores, beginning with a letter or digit',
});

/** A job's name from that of its file: `jobs/Moby Dick.yaml` -> `Moby Dick`. */
export function nameFromFile(fileName: string): string | undefined {
  const base = fileName.replace(/^.*[/\\]/s, '').replace(/\.(ya?ml|json)$/i, '');
  const name = Array.from(
    base
      .toWellFormed()
      .replaceAll(/[\p{C}/\\:*?"<>|]/gu, '-')
      .replace(/^[.\-\s]+/, ''),
  )
    .slice(0, 100)
    .join('')
    .trim()
    .slice(0, 128);
  return jobNamePattern.test(name) ? name : undefined;
}
