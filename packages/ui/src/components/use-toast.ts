import { useContext } from 'react';
import { ToastContext, type Toasts } from './toasts.tsx';

/** Tells the reader what came of an action. Failures are announced at once, all else when the screen reader is idle. */
export function useToast(): Toasts {
  const toasts = useContext(ToastContext);
  if (!toasts) throw new Error('A toast is shown outside UiProvider');
  return toasts;
}
