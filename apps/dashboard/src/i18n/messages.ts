import { errorCatalogue, type ErrorCode } from '@massif/contracts';
import type en from './en.json';
import type { Locale } from './locale.ts';

export type Messages = typeof en;

declare module 'use-intl' {
  interface AppConfig {
    Locale: Locale;
    Messages: Messages;
  }
}

/** What an error is called, what it means, and what to do. */
export interface ErrorWords {
  title: string;
  meaning: string;
  fix: string;
}

/** Everything that is said in one language. */
export interface Words {
  locale: Locale;
  messages: Messages;
  errors: Record<ErrorCode, ErrorWords>;
}

const catalogues: Record<Locale, () => Promise<Omit<Words, 'locale'>>> = {
  // The English of errors is that of the API and of the documentation.
  en: async () => ({ messages: (await import('./en.json')).default, errors: errorCatalogue }),
  zh: async () => {
    const [messages, errors] = await Promise.all([import('./zh.json'), import('./errors-zh.json')]);
    return { messages: messages.default, errors: errors.default };
  },
};

export async function loadWords(locale: Locale): Promise<Words> {
  return { locale, ...(await catalogues[locale]()) };
}
