import { AppError, toAppError, type FieldError } from './app-error.ts';
import { isErrorCode } from './catalogue.ts';

/**
 * The reverse of `toProblem`: what another process or the API answered, as an error. A code unknown to this version reads as
 * `internal`. It reads by hand, so that a browser that gets errors need not load a schema library for them.
 */
export function problemToError(problem: unknown): AppError {
  if (typeof problem !== 'object' || problem === null || Array.isArray(problem)) return notAProblem();
  const { code, detail, title, errors, requestId } = problem as Record<string, unknown>;
  const texts = [code, detail, title, requestId];
  if (!texts.every((text) => text === undefined || typeof text === 'string') || !(errors === undefined || isFieldErrors(errors)))
    return notAProblem();
  const message = (detail ?? title ?? 'no details were given') as string;
  const context = requestId === undefined ? {} : { requestId };
  if (!isErrorCode(code))
    return new AppError('internal', code === undefined ? message : `${code as string}: ${message}`, { context, errors });
  return new AppError(code, message, { context, errors });
}

function notAProblem(): AppError {
  return toAppError(new Error('the answer is not a problem object'));
}

function isFieldErrors(value: unknown): value is FieldError[] {
  return (
    Array.isArray(value) &&
    value.every((each: unknown) => {
      const { path, message, fix } = (typeof each === 'object' && each !== null ? each : {}) as Record<string, unknown>;
      return typeof path === 'string' && typeof message === 'string' && (fix === undefined || typeof fix === 'string');
    })
  );
}
