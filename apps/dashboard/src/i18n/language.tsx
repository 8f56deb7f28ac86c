import { createContext, startTransition, use, useState, type ReactNode } from 'react';
import { IntlProvider } from 'use-intl';
import { localeTags, pickLocale, type Locale } from './locale.ts';
import { loadWords, type Words } from './messages.ts';

const storageKey = 'massif.language';

interface Language extends Words {
  choose(locale: Locale): void;
}

const LanguageContext = createContext<Language | undefined>(undefined);

/** The words to begin with; read before the first paint, so that no page shows without. */
export async function readLanguage(): Promise<Words> {
  const locale = pickLocale(localStorage.getItem(storageKey), navigator.languages);
  document.documentElement.lang = localeTags[locale];
  return loadWords(locale);
}

/** Words and formats for all below. */
export function LanguageProvider({ initial, children }: { initial: Words; children: ReactNode }) {
  const [words, setWords] = useState(initial);
  const choose = (locale: Locale) =>
    startTransition(async () => {
      const next = await loadWords(locale);
      localStorage.setItem(storageKey, locale);
      document.documentElement.lang = localeTags[locale];
      startTransition(() => setWords(next));
    });
  return (
    <LanguageContext value={{ ...words, choose }}>
      <IntlProvider locale={words.locale} messages={words.messages} timeZone={Intl.DateTimeFormat().resolvedOptions().timeZone}>
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
