import { useCallback, useSyncExternalStore } from 'react';
import type { SeriesView } from './series.ts';

/** Renders again when a source has changed, at most once a frame. */
export function useVersion(sources: readonly SeriesView[]): number {
  const subscribe = useCallback(
    (listener: () => void) => {
      const stops = sources.map((source) => source.subscribe(listener));
      return () => {
        for (const stop of stops) stop();
      };
    },
    [sources],
  );
  return useSyncExternalStore(subscribe, () => sources.reduce((sum, { version }) => sum + version, 0));
}
