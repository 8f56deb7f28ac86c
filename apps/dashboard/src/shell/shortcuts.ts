/** What keys do everywhere: `g` and a letter goes somewhere, `/` searches, `c` makes a job, `?` shows all of this. */
import { useNavigate } from '@tanstack/react-router';
import { useEffect, useEffectEvent } from 'react';
import { newJobPlace, places } from './navigation.ts';

export type Shortcut = { do: 'go'; to: (typeof places)[number]['to'] | (typeof newJobPlace)['to'] } | { do: 'search' } | { do: 'help' };

/** How long after `g` the letter may come. */
const sequenceMs = 1000;

/** Reads keys one by one. @returns what a key does: nothing, or the first half of a sequence, is undefined */
export function createShortcutReader(): (key: string, timeMs: number) => Shortcut | undefined {
  let goUntilMs = -Infinity;
  return (key, timeMs) => {
    const going = timeMs <= goUntilMs;
    goUntilMs = -Infinity;
    if (going) {
      const place = [...places, newJobPlace].find((each) => each.key === key);
      return place && { do: 'go', to: place.to };
    }
    switch (key) {
      case 'g':
        goUntilMs = timeMs + sequenceMs;
        return undefined;
      case 'c':
        return { do: 'go', to: newJobPlace.to };
      case '/':
        return { do: 'search' };
      case '?':
        return { do: 'help' };
      default:
        return undefined;
    }
  };
}

/** Whether a key is meant for what has the focus: something one types into, or a menu that is open. */
function isTaken(event: KeyboardEvent): boolean {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return true;
  const target = event.target instanceof Element ? event.target : null;
  if (target?.closest('input, textarea, select, [contenteditable="true"], [role="menu"], [role="listbox"], [role="combobox"]')) return true;
  // A toast is a dialog, too, by its role, but takes nothing.
  return document.querySelector('[role="dialog"]:not([aria-modal="false"]), [role="alertdialog"]:not([aria-modal="false"])') !== null;
}

export function useShortcuts({ onHelp }: { onHelp: () => void }): void {
  const navigate = useNavigate();
  const run = useEffectEvent((shortcut: Shortcut) => {
    if (shortcut.do === 'go') void navigate({ to: shortcut.to });
    else if (shortcut.do === 'help') onHelp();
    else if (!focusSearch()) void navigate({ to: '/jobs' }).then(() => requestAnimationFrame(focusSearch));
  });
  useEffect(() => {
    const read = createShortcutReader();
    const onKey = (event: KeyboardEvent) => {
      if (isTaken(event)) return;
      const shortcut = read(event.key, event.timeStamp);
      if (!shortcut) return;
      event.preventDefault();
      run(shortcut);
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, []);
}

/** The first search field of the page. @returns whether there is one */
function focusSearch(): boolean {
  const field = document.querySelector<HTMLInputElement>('main input[type="search"]');
  field?.focus();
  field?.select();
  return field !== null;
}
