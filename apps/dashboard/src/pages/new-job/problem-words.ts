import type { FieldError } from '@massif/contracts';
import { useCallback } from 'react';
import { useLanguage } from '../../i18n/language.tsx';
import words from './problems-zh.json';

/** What is wrong with a field, and what to write instead. */
export interface ProblemWords {
  message: string;
  fix: string | undefined;
}

/** What a field error says in Chinese, made of its rule and facts; undefined for a rule of a newer version, which has none here. */
export function problemInChinese({ path, rule, facts = {} }: FieldError): ProblemWords | undefined {
  const known = (words.rules as Partial<Record<string, { message: string; fix?: string }>>)[rule ?? ''];
  if (!known) return undefined;
  const field = path.split('.').at(-1) ?? '';
  const format = (words.formats as Partial<Record<string, string>>)[field];
  // A size or a duration is text in a certain form: what that is says more than what it is not.
  if (format !== undefined && (rule === 'format' || rule === 'form')) return { message: format, fix: undefined };
  const { expected } = facts;
  const said = {
    ...facts,
    ...(expected !== undefined && { expected: (words.types as Partial<Record<string, string>>)[expected] ?? expected }),
  };
  return { message: filled(known.message, said) ?? '', fix: known.fix === undefined ? undefined : filled(known.fix, said) };
}

/** Undefined where a fact is missing or has nothing to say. */
function filled(template: string, facts: Readonly<Record<string, string | number>>): string | undefined {
  const names = [...template.matchAll(/\{(\w+)\}/g)].map(([, name]) => name!);
  if (names.some((name) => (facts[name] ?? '') === '')) return undefined;
  return template.replaceAll(/\{(\w+)\}/g, (_, name: string) => String(facts[name]));
}

/** What is wrong with a field, and the fix, in the reader's language: the contract says it in English. */
export function useProblemText(): (problem: FieldError) => ProblemWords {
  const { locale } = useLanguage();
  return useCallback((problem) => (locale === 'zh' ? problemInChinese(problem) : undefined) ?? inEnglish(problem), [locale]);
}

/** The contract's words follow a path; here they begin a line. */
function inEnglish({ message, fix }: FieldError): ProblemWords {
  return { message: capitalised(message), fix: fix === undefined ? undefined : capitalised(fix) };
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
