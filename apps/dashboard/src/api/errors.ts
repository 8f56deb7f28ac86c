import { AppError } from '@massif/contracts';

/** Whether the API does not know, or no longer, who asks. */
export function isSignedOut(error: unknown): boolean {
  return error instanceof AppError && error.code === 'unauthorized';
}

/** What to name when one asks for help: the request's number in the log of the API. */
export function requestIdOf(error: unknown): string | undefined {
  const id = error instanceof AppError ? error.context['requestId'] : undefined;
  return typeof id === 'string' ? id : undefined;
}
