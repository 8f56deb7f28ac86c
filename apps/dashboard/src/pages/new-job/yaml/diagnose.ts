import { parseText, toAppError, type AppError } from '@massif/contracts';
import { checkValues, fieldErrorsOf } from '../draft/check.ts';
import { placeAt, placeOf, splitPath, type Place } from './places.ts';
import { fieldAt } from './schema.ts';

export interface Diagnosis extends Place {
  path: string;
  message: string;
  fix: string | undefined;
}

/** What is wrong with a text, at its places. @param more what somebody else found, such as the planner */
export function diagnose(text: string, more?: AppError): Diagnosis[] {
  const error = errorOf(text) ?? more;
  if (!error) return [];
  const { line, column } = error.context;
  if (typeof line === 'number' && typeof column === 'number')
    return [{ ...placeAt(text, { line, column }), path: '', message: error.message, fix: undefined }];
  return fieldErrorsOf(error).map(({ path, message, fix }) => ({
    ...placeOf(text, path, fieldAt(splitPath(path)) !== undefined),
    path,
    message,
    fix,
  }));
}

function errorOf(text: string): AppError | undefined {
  try {
    return checkValues(parseText(text) as never).error;
  } catch (error) {
    return toAppError(error);
  }
}
