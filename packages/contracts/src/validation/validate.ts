import type { z } from 'zod';
import { AppError, type FieldError } from '../errors/app-error.ts';
import { toPlainJson } from '../values/plain.ts';
import { describeIssues, explainIssue } from './problems.ts';

/**
 * Reads an untrusted value with a schema.
 * @throws AppError `invalid_spec` with every problem, each with path, message and fix
 */
export function validate<Schema extends z.ZodType>(schema: Schema, input: unknown): z.output<Schema> {
  const { value, errors } = toPlainJson(input);
  const result = schema.safeParse(value, { error: explainIssue });
  if (!result.success) throw invalidSpec([...errors, ...describeIssues(result.error.issues, { input: value })]);
  if (errors.length > 0) throw invalidSpec(errors);
  return result.data;
}

/** At most this many problems are told, and how many more there are; nobody reads more. */
const errorsMax = 100;

/** Problems as one error. Of several at a path the first counts, and what is said of a whole after one of its parts follows from that. */
export function invalidSpec(all: FieldError[]): AppError {
  const errors: FieldError[] = [];
  const told = new Set<string>();
  let count = 0;
  for (const error of all) {
    if (told.has(error.path)) continue;
    count++;
    if (errors.length === errorsMax) continue;
    errors.push(error);
    for (const place of placesOf(error.path)) told.add(place);
  }
  const sentences = errors.slice(0, 3).map(({ path, message }) => (path === '' ? message : `${path}: ${message}`));
  const more = count > 3 ? `; and ${count - 3} more${count > errorsMax ? `, of ${count} the first ${errorsMax} are listed` : ''}` : '';
  return new AppError('invalid_spec', `${sentences.join('; ')}${more}`, { errors });
}

/** A path and everything that it lies in: `a.b[2]` -> ``, `a`, `a.b`, `a.b[2]`. */
function placesOf(path: string): string[] {
  return ['', ...[...path.matchAll(/[.[]/g)].map(({ index }) => path.slice(0, index)), path];
}
