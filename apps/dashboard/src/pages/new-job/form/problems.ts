import type { AppError, FieldError } from '@massif/contracts';
import { createContext, use, useMemo } from 'react';
import { fieldErrorsOf } from '../draft/check.ts';

/** What is wrong with a draft, field by field. */
export interface Problems {
  /** What is wrong with a field of the form. */
  of(path: string): FieldError | undefined;
  all: readonly FieldError[];
  /** Whether all that is wrong is what nobody has filled in yet, and is not told at its field. */
  isOnlyEmpty: boolean;
}

export const ProblemsContext = createContext<Problems>({ of: () => undefined, all: [], isOnlyEmpty: false });

/** @param isAsked whether somebody has tried to submit: until then nobody is told that a field is still empty */
export function useProblemsOf(error: AppError | undefined, isAsked: boolean): Problems {
  return useMemo(() => {
    const all = error ? fieldErrorsOf(error) : [];
    const shown = new Map(all.filter((problem) => isAsked || !isEmpty(problem)).map((problem) => [problem.path, problem]));
    return { of: (path) => shown.get(path), all, isOnlyEmpty: all.length > 0 && shown.size === 0 };
  }, [error, isAsked]);
}

function isEmpty({ rule, facts }: FieldError): boolean {
  return rule === 'required' || rule === 'length_missing' || (rule === 'min_length' && facts?.['limit'] === 1);
}

/** What is wrong with the first of these paths that has a problem. */
export function useProblem(...paths: readonly string[]): FieldError | undefined {
  const problems = use(ProblemsContext);
  return paths.map((path) => problems.of(path)).find((problem) => problem !== undefined);
}
