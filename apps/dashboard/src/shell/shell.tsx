import type { Session } from '@massif/contracts';
import { useLocation } from '@tanstack/react-router';
import { lazy, Suspense, useEffect, useRef, useState, type ReactNode } from 'react';
import { useTranslations } from 'use-intl';
import { useLive } from '../api/live/live.tsx';
import { LiveBanner } from './live-status.tsx';
import { useShortcuts } from './shortcuts.ts';
import { Sidebar } from './sidebar.tsx';

const ShortcutDialog = lazy(async () => ({ default: (await import('./shortcut-dialog.tsx')).ShortcutDialog }));

/** What stands around every page: the way to the others, and whether what is shown is live. */
export function Shell({ session, children }: { session: Session; children: ReactNode }) {
  const t = useTranslations('shell');
  // Undefined until it is wanted for the first time; then it stays, so that it can close by itself.
  const [keysShown, setKeysShown] = useState<boolean>();
  const main = useRef<HTMLElement>(null);
  const path = useLocation({ select: ({ pathname }) => pathname });
  const shown = useRef(path);
  useShortcuts({ onHelp: () => setKeysShown(true) });
  // Keeps the one connection open on pages that need nothing live, so that a lost one is known.
  useLive({ kind: 'overview' });

  // Another page is read from its beginning, also by those who do not see that it has changed.
  useEffect(() => {
    if (shown.current === path) return;
    shown.current = path;
    main.current?.focus({ preventScroll: true });
  }, [path]);

  return (
    <div className="min-h-dvh [--header-height:3rem] lg:[--header-height:0px] lg:grid lg:grid-cols-[13.5rem_minmax(0,1fr)]">
      <a
        href="#main"
        className="sr-only focus:not-sr-only focus:fixed focus:top-2 focus:left-2 focus:z-50 focus:rounded-md focus:bg-raised focus:px-3 focus:py-2"
      >
        {t('skip')}
      </a>
      <Sidebar session={session} onKeys={() => setKeysShown(true)} />
      <main id="main" ref={main} tabIndex={-1} className="min-w-0 outline-none">
        <LiveBanner />
        {children}
      </main>
      <Suspense>{keysShown !== undefined && <ShortcutDialog open={keysShown} onOpenChange={setKeysShown} />}</Suspense>
    </div>
  );
}
