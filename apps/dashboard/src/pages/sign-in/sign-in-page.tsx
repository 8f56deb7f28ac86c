import { Banner, Button, Card, CommandLine, Field, Logo, TextField } from '@massif/ui';
import { useSearch } from '@tanstack/react-router';
import { useState, type ReactNode } from 'react';
import { useTranslations } from 'use-intl';
import { useSignIn } from '../../api/session.ts';
import { useErrorText } from '../../i18n/sentences.ts';
import { LanguageMenu, ThemeMenu } from '../../shell/account-menu.tsx';
import { useTitle } from '../../shell/page.tsx';

const code = (chunks: ReactNode) => <code className="font-mono text-xs">{chunks}</code>;

/** Nobody is signed in: by the address that was printed, or with a token. The address that was asked for stays, and opens then. */
export function SignInPage() {
  const t = useTranslations('signIn');
  const failure = useSearch({ strict: false, select: ({ signin }) => signin });
  useTitle(t('title'));
  return (
    <div className="flex min-h-dvh flex-col">
      <header className="flex h-14 items-center justify-between px-4">
        <span className="flex items-center gap-2 font-semibold tracking-tight">
          <Logo />
          Massif
        </span>
        <div className="flex">
          <ThemeMenu />
          <LanguageMenu />
        </div>
      </header>
      <main className="mx-auto flex w-full max-w-md flex-1 flex-col gap-4 px-4 pt-[8dvh] pb-16">
        <h1 className="text-xl font-semibold tracking-tight">{t('title')}</h1>
        {failure && <Banner tone="warning">{t.rich(failure, { code })}</Banner>}
        <Card className="flex flex-col gap-5">
          <section className="flex flex-col gap-2">
            <h2 className="font-medium">{t('address.title')}</h2>
            <p className="text-sm text-text-2">{t.rich(failure === 'expired' ? 'address.once' : 'address.text', { code })}</p>
            <CommandLine command="massif up" />
          </section>
          <hr className="border-line" />
          <section className="flex flex-col gap-2">
            <h2 className="font-medium">{t('token.title')}</h2>
            <p className="text-sm text-text-2">{t('token.text')}</p>
            <CommandLine command="massif token create" />
            <TokenForm />
          </section>
        </Card>
      </main>
    </div>
  );
}

function TokenForm() {
  const t = useTranslations('signIn.token');
  const [token, setToken] = useState('');
  const errorText = useErrorText();
  const signIn = useSignIn();
  const { error } = signIn;
  const refused = error && (error.code === 'unauthorized' ? t('refused') : `${errorText(error).title}. ${error.message}`);
  return (
    <form
      className="mt-1 flex flex-col gap-3"
      onSubmit={(event) => {
        event.preventDefault();
        if (token.trim() !== '') signIn.mutate(token.trim());
      }}
    >
      <Field label={t('label')} error={refused}>
        <TextField
          name="token"
          type="password"
          mono
          value={token}
          onChange={(event) => setToken(event.target.value)}
          placeholder="massif_…"
        />
      </Field>
      <Button type="submit" variant="primary" busy={signIn.isPending}>
        {t('submit')}
      </Button>
    </form>
  );
}
