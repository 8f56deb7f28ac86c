import { Section, Segmented } from '@massif/ui';
import { useTranslations } from 'use-intl';
import { useLanguage } from '../../i18n/language.tsx';
import { localeNames, locales } from '../../i18n/locale.ts';
import { themes, useTheme } from '../../shell/theme.ts';

/** What is of this browser alone. */
export function Appearance() {
  const t = useTranslations('settings.appearance');
  const names = useTranslations('shell');
  const { theme, choose } = useTheme();
  const language = useLanguage();
  return (
    <Section title={t('title')} description={t('description')} card>
      <dl className="grid grid-cols-[auto_1fr] items-center gap-x-8 gap-y-3 text-sm">
        <dt>{names('theme')}</dt>
        <dd>
          <Segmented
            label={names('theme')}
            value={theme}
            onValueChange={choose}
            options={themes.map((value) => ({ value, label: names(`themes.${value}`) }))}
          />
        </dd>
        <dt>{names('language')}</dt>
        <dd>
          <Segmented
            label={names('language')}
            value={language.locale}
            onValueChange={language.choose}
            options={locales.map((value) => ({ value, label: localeNames[value] }))}
          />
        </dd>
      </dl>
    </Section>
  );
}
