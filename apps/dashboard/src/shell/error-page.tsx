import { buttonClass, Logo } from '@massif/ui';
import { Link, useRouter, type ErrorComponentProps } from '@tanstack/react-router';
import { useTranslations } from 'use-intl';
import { Failure } from './failure.tsx';
import { Page, useTitle } from './page.tsx';

/** A page that broke; the others still work. */
export function ErrorPage({ error, reset }: ErrorComponentProps) {
  const t = useTranslations('shell');
  const router = useRouter();
  const again = () => {
    reset();
    void router.invalidate();
  };
  return (
    <Page title={t('broken.title')}>
      <h1 className="sr-only">{t('broken.title')}</h1>
      <Failure
        error={error}
        retry={again}
        action={
          <Link to="/" className={buttonClass({ variant: 'ghost', size: 'sm' })}>
            {t('notFound.home')}
          </Link>
        }
      />
    </Page>
  );
}

/** Nothing works before the API says who is signed in. */
export function FailedStart({ error, retry }: { error: unknown; retry: () => void }) {
  const t = useTranslations('shell');
  useTitle(t('unreachable.title'));
  return (
    <main className="mx-auto flex min-h-dvh max-w-2xl flex-col justify-center gap-2 px-4 pb-24">
      <h1 className="flex items-center gap-2 px-4 text-lg font-semibold">
        <Logo />
        {t('unreachable.title')}
      </h1>
      <Failure error={error} retry={retry} />
    </main>
  );
}
