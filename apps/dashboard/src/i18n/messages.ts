import type en from './en.json';
import type { Locale } from './locale.ts';

export type Messages = typeof en;

declare module 'use-intl' {
  interface AppConfig {
    Locale: Locale;
    Messages: Messages;
  }
}

const catalogues: Record<Locale, () => Promise<{ default: Messages }>> = {
  en: () => import('./en.json'),
  zh: () => import('./zh.json'),
};

export async function loadMessages(locale: Locale): Promise<Messages> {
  return (await catalogues[locale]()).default;
}
