import { useEffect, useState, type RefObject } from 'react';

/** Whether the pointer or the focus is on an element: nothing may move under it then. */
export function useHeld(element: RefObject<HTMLElement | null>): boolean {
  const [isHeld, setHeld] = useState(false);
  useEffect(() => {
    const target = element.current;
    if (!target) return;
    const read = () => setHeld(target.matches(':hover') || target.contains(document.activeElement));
    const events = ['pointerenter', 'pointerleave', 'focusin', 'focusout'] as const;
    for (const event of events) target.addEventListener(event, read);
    return () => {
      for (const event of events) target.removeEventListener(event, read);
    };
  });
  return isHeld;
}
