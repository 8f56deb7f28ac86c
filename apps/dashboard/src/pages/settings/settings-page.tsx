import { PageHeader } from '@massif/ui';
import { useTranslations } from 'use-intl';
import { useMay } from '../../api/session.ts';
import { Page } from '../../shell/page.tsx';
import { About } from './about.tsx';
import { Appearance } from './appearance.tsx';
import { Tokens } from './tokens.tsx';

export function SettingsPage() {
  const t = useTranslations('settings');
  const mayReadTokens = useMay('tokens:read');
  return (
    <Page title={t('title')}>
      <PageHeader title={t('title')} />
      <div className="flex max-w-5xl flex-col gap-5">
        <Appearance />
        {mayReadTokens && <Tokens />}
        <About />
      </div>
    </Page>
  );
}
