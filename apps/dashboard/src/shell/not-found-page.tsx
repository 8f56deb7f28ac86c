import { buttonClass, EmptyState } from '@massif/ui';
import { Link } from '@tanstack/react-router';
import { MapPinOff } from 'lucide-react';
import { useTranslations } from 'use-intl';
import { Page } from './page.tsx';

export function NotFoundPage() {
  const t = useTranslations('shell.notFound');
  return (
    <Page title={t('title')}>
      <h1 className="sr-only">{t('title')}</h1>
      <EmptyState
        icon={MapPinOff}
        title={t('title')}
        text={t('text')}
        action={
          <Link to="/" className={buttonClass()}>
            {t('home')}
          </Link>
        }
      />
    </Page>
  );
}
