import { useTranslations } from 'use-intl';
import { Page } from '../../shell/page.tsx';

export function JobPage() {
  const t = useTranslations('job');
  return (
    <Page title={t('title')}>
      <h1 className="text-xl font-semibold">{t('title')}</h1>
    </Page>
  );
}
