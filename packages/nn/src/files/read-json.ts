import { readFile, stat } from 'node:fs/promises';
import { invalid, ModelError } from '../errors.ts';

/** Parses a JSON file. `model_not_found` when it cannot be read, `model_invalid` when it is not JSON; both name the path. */
export async function readJson(path: string): Promise<unknown> {
  await checkIsFile(path);
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw notFound(path, cause);
  });
  try {
    // Some writers put a byte order mark in front.
    return JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (cause) {
    throw invalid(path, `is not JSON: ${String(cause)}`);
  }
}

/** To open a pipe waits, perhaps for ever, for somebody to write into it. @throws ModelError `model_not_found` for what is no regular file */
export async function checkIsFile(path: string): Promise<void> {
  const found = await stat(path).catch((cause: unknown) => {
    throw notFound(path, cause);
  });
  if (!found.isFile()) throw notFound(path, new Error('is not a file'));
}

export function notFound(path: string, cause: unknown): ModelError {
  const reason = cause instanceof Error ? ((cause as NodeJS.ErrnoException).code ?? cause.message) : String(cause);
  return new ModelError({ code: 'model_not_found', field: path, message: `cannot read ${path}: ${reason}`, cause });
}
