import { useTranslations } from 'use-intl';
import { useSignIn } from '../../api/session.ts';
import { useTitle } from '../../shell/page.tsx';

export function SignInPage() {
  const t = useTranslations('signIn');
  const signIn = useSignIn();
  useTitle(t('title'));
  return (
    <main className="grid min-h-dvh place-items-center p-4">
      <form
        className="flex w-full max-w-sm flex-col gap-3"
        onSubmit={(event) => {
          event.preventDefault();
          const token = new FormData(event.currentTarget).get('token');
          if (typeof token === 'string') signIn.mutate(token.trim());
        }}
      >
        <h1 className="text-xl font-semibold">{t('title')}</h1>
        <label className="flex flex-col gap-1">
          {t('token')}
          <input name="token" type="password" required autoComplete="off" className="h-8 rounded-md border border-line-strong px-2" />
        </label>
        {signIn.error && <p role="alert">{signIn.error.message}</p>}
        <button type="submit" className="h-8 rounded-md bg-accent text-on-accent">
          {t('submit')}
        </button>
      </form>
    </main>
  );
}
