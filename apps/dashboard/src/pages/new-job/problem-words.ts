import type { FieldError } from '@massif/contracts';

/** What is wrong with a field, and the fix, in the reader's language. */
export function useProblemText(): (problem: FieldError) => { message: string; fix: string | undefined } {
  return ({ message, fix }) => ({ message, fix });
}
