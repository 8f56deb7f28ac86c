import { useEffect, useState, type RefObject } from 'react';

/** Whether the pointer is on an element, or the focus of somebody who uses the keyboard: nothing may move under it then. */
export function useHeld(element: RefObject<HTMLElement | null>): boolean {
  const [held, setHeld] = useState<HTMLElement>();
  useEffect(() => {
    const target = element.current;
    if (!target) return;
    // What a finger has touched last stays `:hover`.
    const isPointed = () => matchMedia('(hover: hover)').matches && target.matches(':hover');
    const read = () => setHeld(isPointed() || target.matches(':has(:focus-visible)') ? target : undefined);
    const events = ['pointerenter', 'pointerleave', 'focusin', 'focusout'] as const;
    for (const event of events) target.addEventListener(event, read);
    return () => {
      for (const event of events) target.removeEventListener(event, read);
    };
  });
  // One that goes from under the pointer tells nobody that it was left.
  return held?.isConnected ?? false;
}
