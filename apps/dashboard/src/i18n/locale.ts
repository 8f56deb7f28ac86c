export const locales = ['en', 'zh'] as const;
export type Locale = (typeof locales)[number];

/** What each language is called by those who read it. */
export const localeNames: Record<Locale, string> = { en: 'English', zh: '简体中文' };

/** For `<html lang>` and Intl. */
export const localeTags: Record<Locale, string> = { en: 'en', zh: 'zh-CN' };

/** The language that was chosen, else the first of the browser's that there is. */
export function pickLocale(chosen: string | null, preferred: readonly string[]): Locale {
  const named = (tag: string | null) => locales.find((locale) => tag?.toLowerCase().split('-')[0] === locale);
  return named(chosen) ?? preferred.map(named).find((locale) => locale !== undefined) ?? 'en';
}
