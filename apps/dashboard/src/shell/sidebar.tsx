import type { Session } from '@massif/contracts';
import { Badge, buttonClass, cx, IconButton, Logo } from '@massif/ui';
import { Link, useLocation } from '@tanstack/react-router';
import { FlaskConical, Menu as MenuIcon, X } from 'lucide-react';
import { useEffect, useState } from 'react';
import { useTranslations } from 'use-intl';
import { useMay } from '../api/session.ts';
import { AccountMenu, LanguageMenu, ThemeMenu } from './account-menu.tsx';
import { LiveIndicator } from './live-status.tsx';
import { newJobPlace, places } from './navigation.ts';

interface Props {
  session: Session;
  /** Shows the list of keys. */
  onKeys: () => void;
}

/** The way to every page: a column at the side, or a bar with a menu where there is no room for one. */
export function Sidebar({ session, onKeys }: Props) {
  const t = useTranslations('shell');
  const path = useLocation({ select: ({ pathname }) => pathname });
  // Of the page on which it was opened: going elsewhere closes it.
  const [openOn, setOpenOn] = useState<string>();
  const open = openOn === path;
  useEffect(() => {
    if (!open) return;
    const onKey = ({ key }: KeyboardEvent) => key === 'Escape' && setOpenOn(undefined);
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, [open]);

  return (
    <header className="sticky top-0 z-30 border-line bg-surface max-lg:border-b lg:flex lg:h-dvh lg:flex-col lg:border-r">
      <div className="flex h-12 items-center gap-2 px-4 lg:h-14">
        <Link to="/" className="flex items-center gap-2 rounded-sm font-semibold tracking-tight" aria-label={t('home')}>
          <Logo />
          Massif
        </Link>
        {session.demo && (
          <Badge tone="warning" icon={FlaskConical}>
            {t('demo')}
          </Badge>
        )}
        <div className="flex flex-1 items-center justify-end gap-2 lg:hidden">
          <LiveIndicator dotOnly />
          <IconButton
            icon={open ? X : MenuIcon}
            label={t(open ? 'closeMenu' : 'openMenu')}
            aria-expanded={open}
            aria-controls="places"
            onClick={() => setOpenOn(open ? undefined : path)}
          />
        </div>
      </div>
      <div
        id="places"
        className={cx(
          'flex flex-col px-3 pb-3 max-lg:absolute max-lg:pt-3 max-lg:inset-x-0 max-lg:max-h-[calc(100dvh-3rem)] max-lg:overflow-y-auto max-lg:border-b max-lg:border-line max-lg:bg-surface max-lg:shadow-pop lg:min-h-0 lg:flex-1',
          !open && 'max-lg:hidden',
        )}
      >
        <Places />
        <div className="mt-3 flex flex-col gap-1 border-t border-line pt-2 lg:mt-auto">
          <div className="flex items-center justify-between pl-2">
            <LiveIndicator />
            <div className="flex">
              <ThemeMenu />
              <LanguageMenu />
            </div>
          </div>
          <div className="flex min-w-0">
            <AccountMenu session={session} onKeys={onKeys} />
          </div>
        </div>
      </div>
    </header>
  );
}

function Places() {
  const t = useTranslations('shell');
  const maySubmit = useMay('jobs:write');
  return (
    <nav aria-label={t('navigation')} className="flex flex-col gap-3 lg:min-h-0 lg:overflow-y-auto">
      {maySubmit && (
        <Link to={newJobPlace.to} className={cx(buttonClass({ variant: 'primary' }), 'max-lg:h-9')}>
          <newJobPlace.icon aria-hidden className="size-4" />
          {t(`places.${newJobPlace.name}`)}
        </Link>
      )}
      <ul className="flex flex-col gap-0.5">
        {places.map(({ to, name, icon: Icon }) => (
          <li key={to}>
            <Link
              to={to}
              activeOptions={{ exact: to === '/', includeSearch: false }}
              className="flex h-9 items-center gap-2.5 rounded-md px-2 font-medium text-text-2 transition-colors hover:bg-hover hover:text-text data-[status=active]:bg-accent-soft data-[status=active]:text-accent lg:h-8"
            >
              <Icon aria-hidden className="size-4" />
              {t(`places.${name}`)}
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  );
}
