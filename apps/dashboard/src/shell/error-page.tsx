import { toAppError } from '@massif/contracts';
import { useRouter, type ErrorComponentProps } from '@tanstack/react-router';
import { useTranslations } from 'use-intl';
import { requestIdOf } from '../api/errors.ts';
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
      <Failure error={error} retry={again} />
    </Page>
  );
}

/** Nothing works before the API says who is signed in. */
export function FailedStart({ error, retry }: { error: unknown; retry: () => void }) {
  const t = useTranslations('shell');
  useTitle(t('unreachable.title'));
  return (
    <main className="grid min-h-dvh place-items-center p-4">
      <Failure error={error} retry={retry} />
    </main>
  );
}

function Failure({ error, retry }: { error: unknown; retry: () => void }) {
  const t = useTranslations('shell');
  const { code, message } = toAppError(error);
  return (
    <div role="alert" className="flex max-w-lg flex-col gap-2">
      <h1 className="text-xl font-semibold">{t('broken.title')}</h1>
      <p>{message}</p>
      <p className="text-sm text-text-2">
        {code} {requestIdOf(error)}
      </p>
      <button type="button" onClick={retry}>
        {t('retry')}
      </button>
    </div>
  );
}
