import { createContext, use, useState, useTransition, type ReactNode } from 'react';
import { IntlProvider } from 'use-intl';
import { localeTags, pickLocale, type Locale } from './locale.ts';
import { loadMessages, type Messages } from './messages.ts';

const storageKey = 'massif.language';

interface Language {
  locale: Locale;
  choose(locale: Locale): void;
}

const LanguageContext = createContext<Language | undefined>(undefined);

/** The words to begin with; read before the first paint, so that no page shows without. */
export async function readLanguage(): Promise<{ locale: Locale; messages: Messages }> {
  const locale = pickLocale(localStorage.getItem(storageKey), navigator.languages);
  document.documentElement.lang = localeTags[locale];
  return { locale, messages: await loadMessages(locale) };
}

/** Words and formats for all below. */
export function LanguageProvider({ initial, children }: { initial: { locale: Locale; messages: Messages }; children: ReactNode }) {
  const [{ locale, messages }, setLanguage] = useState(initial);
  const [, startTransition] = useTransition();
  const choose = (next: Locale) =>
    startTransition(async () => {
      const words = await loadMessages(next);
      localStorage.setItem(storageKey, next);
      document.documentElement.lang = localeTags[next];
      startTransition(() => setLanguage({ locale: next, messages: words }));
    });
  return (
    <LanguageContext value={{ locale, choose }}>
      <IntlProvider locale={locale} messages={messages} timeZone={Intl.DateTimeFormat().resolvedOptions().timeZone}>
        {children}
      </IntlProvider>
    </LanguageContext>
  );
}

/** The language now, and how to choose another. */
export function useLanguage(): Language {
  const language = use(LanguageContext);
  if (!language) throw new Error('no LanguageProvider above');
  return language;
}
