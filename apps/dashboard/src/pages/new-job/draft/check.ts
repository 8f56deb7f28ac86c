import { checkSupported, parseJobSpec, parseText, toAppError, type AppError, type FieldError, type TrainSpec } from '@massif/contracts';
import { withoutEmpty, type SpecValues } from './values.ts';

/** A draft as the contract reads it: a spec with every default, or every problem. */
export type Checked = { spec: TrainSpec; error?: undefined } | { spec?: undefined; error: AppError };

/** What a form holds: a field that is empty is one that is not there. Never throws. */
export function checkValues(values: SpecValues): Checked {
  return checked(() => withoutEmpty(values) ?? {});
}

/** A text as it would be submitted. Never throws. */
export function checkText(text: string): Checked {
  return checked(() => parseText(text));
}

/** What this version runs and what it refuses alike. */
function checked(read: () => unknown): Checked {
  try {
    const spec = parseJobSpec(read());
    checkSupported(spec);
    return { spec };
  } catch (error) {
    return { error: toAppError(error) };
  }
}

/** The problems of an error by field; an error without any is one of the whole, or of the field that it names. */
export function fieldErrorsOf(error: AppError): FieldError[] {
  if (error.errors) return error.errors;
  const { path } = error.context;
  return [{ path: typeof path === 'string' ? path : '', message: error.message }];
}
