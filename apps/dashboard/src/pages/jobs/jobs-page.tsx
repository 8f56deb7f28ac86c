import { useTranslations } from 'use-intl';
import { Page } from '../../shell/page.tsx';

export function JobsPage() {
  const t = useTranslations('jobs');
  return (
    <Page title={t('title')}>
      <h1 className="text-xl font-semibold">{t('title')}</h1>
    </Page>
  );
}
