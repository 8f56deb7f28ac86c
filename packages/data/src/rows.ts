/** `{ tokens: FILE.json }`: ready samples, one row each. */
import { readFile } from 'node:fs/promises';
import { dataInvalid, fileInvalid, fileUnreadable } from './errors.ts';
import type { SourceFile } from './sources.ts';

/**
 * Reads and checks a JSON file of rows of `sequence` + 1 token ids, each an integer in [0, vocabSize). Errors name the row and the column, counted from 0.
 */
export async function readTokenRows(file: SourceFile, options: { sequence: number; vocabSize: number }): Promise<Int32Array[]> {
  const { field } = file;
  const { sequence, vocabSize } = options;
  const text = await readFile(file.path, 'utf8').catch((cause: unknown) => {
    throw fileUnreadable(file, `cannot be read: ${(cause as NodeJS.ErrnoException).code ?? String(cause)}`, cause);
  });
  let rows: unknown;
  try {
    // Some writers put a byte order mark in front.
    rows = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (cause) {
    throw fileInvalid(file, `is not JSON: ${(cause as Error).message}`);
  }
  if (!Array.isArray(rows) || rows.length === 0) throw fileInvalid(file, 'must hold a list of rows, each a list of token ids');
  return rows.map((row: unknown, index) => {
    const place = `${field}[${index}]`;
    if (!Array.isArray(row)) throw dataInvalid(place, 'must be a list of token ids');
    if (row.length !== sequence + 1) throw dataInvalid(place, `has ${row.length} ids, a sample has sequence + 1 = ${sequence + 1}`);
    return Int32Array.from(row, (id: unknown, column) => {
      if (typeof id !== 'number' || !Number.isInteger(id) || id < 0 || id >= vocabSize)
        throw dataInvalid(`${place}[${column}]`, `must be an integer from 0 to ${vocabSize - 1}, got ${JSON.stringify(id)}`);
      return id;
    });
  });
}
