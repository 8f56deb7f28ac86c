import { useTranslations } from 'use-intl';

/** What a sign-in calls its token. */
const browser = 'browser';

/** A token by its name, that of a browser in the reader's language. */
export function useTokenName(): (token: { name: string; session: boolean }) => string {
  const t = useTranslations('shell');
  return ({ name, session }) => (session && name === browser ? t('browser') : name);
}
