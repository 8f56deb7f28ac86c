import { Toast } from '@base-ui/react/toast';
import { useMemo } from 'react';
import type { ToastTone } from './toast-host.tsx';

export type ToastOptions = {
  title: string;
  description?: string;
  tone?: ToastTone;
  action?: { label: string; onClick: () => void };
  /** 0 keeps it until it is closed. */
  timeoutMs?: number;
};

/** Tells the reader what came of an action. Failures are announced at once, all else when the screen reader is idle. */
export function useToast(): { show: (options: ToastOptions) => string; close: (id: string) => void } {
  const { add, close } = Toast.useToastManager();
  return useMemo(
    () => ({
      show: ({ title, description, tone = 'info', action, timeoutMs }) =>
        add({
          title,
          description,
          type: tone,
          priority: tone === 'danger' ? 'high' : 'low',
          timeout: timeoutMs,
          actionProps: action && { children: action.label, onClick: action.onClick },
        }),
      close,
    }),
    [add, close],
  );
}
