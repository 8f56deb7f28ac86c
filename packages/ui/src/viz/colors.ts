import { useSyncExternalStore } from 'react';

/** What a canvas paints with: the theme's variables as colours. */
export type ChartColors = {
  text: string;
  text2: string;
  text3: string;
  line: string;
  lineStrong: string;
  surface: string;
  sunken: string;
  accent: string;
  control: string;
  queued: string;
  running: string;
  recovering: string;
  succeeded: string;
  failed: string;
  /** Eight for categories. */
  series: readonly string[];
  font: string;
  dark: boolean;
};

const variables = {
  text: '--text',
  text2: '--text-2',
  text3: '--text-3',
  line: '--line',
  lineStrong: '--line-strong',
  surface: '--surface',
  sunken: '--sunken',
  accent: '--accent',
  control: '--control',
  queued: '--queued',
  running: '--running',
  recovering: '--recovering-fill',
  succeeded: '--succeeded',
  failed: '--failed',
};

function read(): ChartColors {
  const style = getComputedStyle(document.documentElement);
  const named = Object.fromEntries(Object.entries(variables).map(([name, variable]) => [name, style.getPropertyValue(variable).trim()]));
  return {
    ...(named as Record<keyof typeof variables, string>),
    series: Array.from({ length: 8 }, (_, index) => style.getPropertyValue(`--series-${index + 1}`).trim()),
    font: getComputedStyle(document.body).fontFamily,
    dark: document.documentElement.dataset.theme === 'dark',
  };
}

let current: ChartColors | undefined;
let observer: MutationObserver | undefined;
const listeners = new Set<() => void>();

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  observer ??= new MutationObserver(() => {
    current = read();
    for (const each of listeners) each();
  });
  if (listeners.size === 1) {
    current = read();
    observer.observe(document.documentElement, { attributeFilter: ['data-theme', 'class'] });
  }
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) observer?.disconnect();
  };
}

/** The colours of the theme, read again when it changes. */
export function useChartColors(): ChartColors {
  return useSyncExternalStore(subscribe, () => (current ??= read()));
}
