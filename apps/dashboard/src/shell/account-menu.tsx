import type { Session } from '@massif/contracts';
import { IconButton, Menu, MenuItem, MenuRadioGroup, MenuSeparator, useToast } from '@massif/ui';
import { BookOpen, ChevronsUpDown, Keyboard, Languages, LogOut, Monitor, Moon, Sun, UserRound } from 'lucide-react';
import { useTranslations } from 'use-intl';
import { useSignOut } from '../api/session.ts';
import { useLanguage } from '../i18n/language.tsx';
import { localeNames, locales } from '../i18n/locale.ts';
import { useErrorText } from '../i18n/sentences.ts';
import { themes, useTheme } from './theme.ts';
import { useTokenName } from './token-name.ts';

const themeIcons = { system: Monitor, light: Sun, dark: Moon };

export function ThemeMenu() {
  const t = useTranslations('shell');
  const { theme, choose } = useTheme();
  return (
    <Menu align="end" trigger={<IconButton icon={themeIcons[theme]} label={t('theme')} />}>
      <MenuRadioGroup
        label={t('theme')}
        value={theme}
        onValueChange={choose}
        options={themes.map((each) => ({ value: each, label: t(`themes.${each}`) }))}
      />
    </Menu>
  );
}

export function LanguageMenu() {
  const t = useTranslations('shell');
  const { locale, choose } = useLanguage();
  return (
    <Menu align="end" trigger={<IconButton icon={Languages} label={t('language')} />}>
      <MenuRadioGroup
        label={t('language')}
        value={locale}
        onValueChange={choose}
        options={locales.map((each) => ({ value: each, label: localeNames[each] }))}
      />
    </Menu>
  );
}

/** Who is signed in, and the way out. */
export function AccountMenu({ session, onKeys }: { session: Session; onKeys: () => void }) {
  const t = useTranslations('shell');
  const tokenName = useTokenName();
  const toast = useToast();
  const errorText = useErrorText();
  const signOut = useSignOut();
  const leave = () =>
    signOut.mutate(undefined, {
      onError: (error) => toast.show({ tone: 'danger', title: errorText(error).title, description: error.message }),
    });
  return (
    <Menu
      trigger={
        <button
          type="button"
          className="flex h-10 min-w-0 flex-1 cursor-pointer items-center gap-2 rounded-md px-2 text-left text-sm hover:bg-hover data-popup-open:bg-hover"
        >
          <UserRound aria-hidden className="size-4 shrink-0 text-text-3" />
          <span className="min-w-0 flex-1">
            <span className="block truncate leading-4 font-medium">{tokenName({ name: session.name, session: true })}</span>
            <span className="block truncate text-xs leading-4 text-text-3">
              {session.project} · {t(`roles.${session.role}`)}
            </span>
          </span>
          <ChevronsUpDown aria-hidden className="size-3.5 shrink-0 text-text-3" />
        </button>
      }
    >
      <MenuItem icon={Keyboard} hint="?" onClick={onKeys}>
        {t('keys.title')}
      </MenuItem>
      <MenuItem icon={BookOpen} render={<a href="/docs" target="_blank" rel="noreferrer" aria-label={t('apiReference')} />}>
        {t('apiReference')}
      </MenuItem>
      <MenuSeparator />
      <MenuItem icon={LogOut} onClick={leave}>
        {t('signOut')}
      </MenuItem>
    </Menu>
  );
}
