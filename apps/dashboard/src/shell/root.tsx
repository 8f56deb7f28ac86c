import { Outlet } from '@tanstack/react-router';
import { lazy, Suspense } from 'react';
import { LiveProvider } from '../api/live/live.tsx';
import { useSession } from '../api/session.ts';
import { FailedStart } from './error-page.tsx';
import { Shell } from './shell.tsx';

const SignInPage = lazy(async () => ({ default: (await import('../pages/sign-in/sign-in-page.tsx')).SignInPage }));

/** Whoever is signed in gets the product at the address he came with; anybody else, the way in. */
export function Root() {
  const session = useSession();
  if (session.isError && session.data === undefined) return <FailedStart error={session.error} retry={() => void session.refetch()} />;
  if (session.data === undefined) return null;
  if (session.data === null)
    return (
      <Suspense>
        <SignInPage />
      </Suspense>
    );
  return (
    <LiveProvider>
      <Shell session={session.data}>
        <Outlet />
      </Shell>
    </LiveProvider>
  );
}
