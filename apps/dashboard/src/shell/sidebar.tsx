import type { Session } from '@massif/contracts';
import { Link } from '@tanstack/react-router';
import { useTranslations } from 'use-intl';
import { useLiveState } from '../api/live/live.tsx';
import { useMay, useSignOut } from '../api/session.ts';
import { useLanguage } from '../i18n/language.tsx';
import { localeNames, locales } from '../i18n/locale.ts';
import { newJobPlace, places } from './navigation.ts';
import { themes, useTheme } from './theme.ts';

export function Sidebar({ session }: { session: Session }) {
  const t = useTranslations('shell');
  const signOut = useSignOut();
  const { state } = useLiveState();
  const { theme, choose } = useTheme();
  const language = useLanguage();
  const maySubmit = useMay('jobs:write');
  return (
    <nav aria-label={t('navigation')} className="flex flex-col gap-1 border-r border-line bg-surface p-3">
      {[...(maySubmit ? [newJobPlace] : []), ...places].map(({ to, name, icon: Icon }) => (
        <Link
          key={to}
          to={to}
          activeOptions={{ exact: to === '/' }}
          className="flex h-8 items-center gap-2 rounded-md px-2 text-text-2 hover:bg-sunken data-[status=active]:bg-accent-soft data-[status=active]:text-accent"
        >
          <Icon aria-hidden className="size-4" />
          {t(`places.${name}`)}
        </Link>
      ))}
      <output>{t(`live.${state.name}`)}</output>
      {themes.map((each) => (
        <button key={each} type="button" aria-pressed={each === theme} onClick={() => choose(each)}>
          {t(`themes.${each}`)}
        </button>
      ))}
      {locales.map((each) => (
        <button key={each} type="button" aria-pressed={each === language.locale} onClick={() => language.choose(each)}>
          {localeNames[each]}
        </button>
      ))}
      <p>{session.name}</p>
      <button type="button" onClick={() => signOut.mutate()}>
        {t('signOut')}
      </button>
    </nav>
  );
}
