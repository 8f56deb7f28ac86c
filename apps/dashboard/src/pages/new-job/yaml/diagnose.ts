import type { AppError, FieldError } from '@massif/contracts';
import { checkText, fieldErrorsOf } from '../draft/check.ts';
import { placeAt, placeOf, splitPath, type Place } from './places.ts';
import { fieldAt } from './schema.ts';

export type Diagnosis = Place & FieldError;

/** What is wrong with a text, at its places. @param more what somebody else found, such as the planner */
export function diagnose(text: string, more?: AppError): Diagnosis[] {
  const error = checkText(text).error ?? more;
  if (!error) return [];
  const { line, column } = error.context;
  if (typeof line === 'number' && typeof column === 'number')
    return [{ ...placeAt(text, { line, column }), path: '', message: error.message.replace(/^line \d+, column \d+: /i, '') }];
  return fieldErrorsOf(error).map((problem) => ({
    ...placeOf(text, problem.path, fieldAt(splitPath(problem.path)) !== undefined),
    ...problem,
  }));
}
