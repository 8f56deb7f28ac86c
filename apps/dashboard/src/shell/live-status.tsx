import { Banner, Button, cx } from '@massif/ui';
import { useEffect, useState } from 'react';
import { useTranslations } from 'use-intl';
import type { LiveState } from '../api/live/connection.ts';
import { useLiveState } from '../api/live/live.tsx';
import { useFormat } from '../i18n/format.ts';

/** Shorter breaks mend themselves before anybody has read about them. */
const bannerAfterMs = 4000;

const dots: Record<LiveState['name'], string> = {
  connecting: 'bg-text-3',
  live: 'bg-succeeded',
  lost: 'bg-recovering',
  stopped: 'bg-text-3',
};

/** The time, to the second, while it is looked at. */
function useSeconds(running: boolean): number {
  const [nowMs, setNowMs] = useState(Date.now);
  useEffect(() => {
    if (!running) return;
    const tick = () => setNowMs(Date.now());
    tick();
    const timer = setInterval(tick, 1000);
    return () => clearInterval(timer);
  }, [running]);
  return nowMs;
}

/** A dot and a word: whether what is shown is live. */
export function LiveIndicator({ dotOnly = false }: { dotOnly?: boolean }) {
  const t = useTranslations('shell.live');
  const { state } = useLiveState();
  return (
    <span title={t(`${state.name}Hint`)} className="inline-flex h-6 items-center gap-2 text-xs text-text-2">
      <span aria-hidden className={cx('size-2 rounded-full', dots[state.name], state.name === 'lost' && 'ring-2 ring-recovering-soft')} />
      <span className={dotOnly ? 'sr-only' : undefined}>{t(state.name)}</span>
    </span>
  );
}

/** Above the lower edge while nothing comes, so that nothing moves: since when, what that means, and when it is tried again. */
export function LiveBanner() {
  const t = useTranslations('shell.live');
  const format = useFormat();
  const { state, retry } = useLiveState();
  const nowMs = useSeconds(state.name === 'lost');
  if (state.name !== 'lost' || nowMs - state.sinceMs < bannerAfterMs) return null;
  const waitSeconds = state.retryAtMs === null ? 0 : Math.max(0, Math.ceil((state.retryAtMs - nowMs) / 1000));
  return (
    <div className="fixed bottom-4 left-4 z-40 max-w-[min(48rem,calc(100vw-2rem))] rounded-md shadow-pop lg:left-59.5">
      <Banner
        tone="offline"
        action={
          <Button size="sm" onClick={retry} busy={state.retryAtMs === null}>
            {t('retryNow')}
          </Button>
        }
      >
        {t('banner', { time: format.clock(new Date(state.sinceMs)) })}{' '}
        <span aria-hidden className="whitespace-nowrap opacity-80">
          {waitSeconds > 0 ? t('nextTry', { duration: format.span(waitSeconds) }) : t('lost')}
        </span>
      </Banner>
    </div>
  );
}
