import { useSyncExternalStore } from 'react';
import { useUi } from './provider.tsx';
import { Tooltip } from './tooltip.tsx';

const tickMs = 10_000;
let nowMs = Date.now();
let timer: ReturnType<typeof setInterval> | undefined;
const listeners = new Set<() => void>();

/** One clock for all times on the page, which runs only while somebody reads it. */
function subscribe(listener: () => void): () => void {
  if (listeners.size === 0) {
    nowMs = Date.now();
    timer = setInterval(() => {
      nowMs = Date.now();
      for (const each of listeners) each();
    }, tickMs);
  }
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) clearInterval(timer);
  };
}

/** The time now, to ten seconds. */
export function useNow(): number {
  return useSyncExternalStore(subscribe, () => nowMs);
}

/** A time as its distance from now; pointing at it tells the time itself. @param time ISO 8601 or milliseconds since 1970 */
export function RelativeTime({ time, className }: { time: string | number; className?: string }) {
  const { time: says } = useUi();
  const now = useNow();
  const timeMs = typeof time === 'number' ? time : Date.parse(time);
  return (
    <Tooltip text={says.absolute(timeMs)}>
      <time dateTime={new Date(timeMs).toISOString()} className={className}>
        {says.relative(timeMs, Math.max(now, timeMs <= now + tickMs ? timeMs : now))}
      </time>
    </Tooltip>
  );
}
