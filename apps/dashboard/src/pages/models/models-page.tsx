import { PageHeader } from '@massif/ui';
import { useTranslations } from 'use-intl';
import { Page } from '../../shell/page.tsx';
import { Catalogue } from './catalogue.tsx';
import { Trained } from './trained.tsx';

/** What was trained here, and what can be. */
export function ModelsPage() {
  const t = useTranslations('models');
  return (
    <Page title={t('title')}>
      <PageHeader title={t('title')} />
      <Trained />
      <Catalogue />
    </Page>
  );
}
