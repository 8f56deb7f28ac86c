import { Link } from '@tanstack/react-router';
import { useTranslations } from 'use-intl';
import { Page } from './page.tsx';

export function NotFoundPage() {
  const t = useTranslations('shell.notFound');
  return (
    <Page title={t('title')}>
      <h1 className="text-xl font-semibold">{t('title')}</h1>
      <p>{t('text')}</p>
      <Link to="/" className="text-accent underline">
        {t('home')}
      </Link>
    </Page>
  );
}
