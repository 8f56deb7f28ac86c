import { Toast } from '@base-ui/react/toast';
import { createContext, lazy, Suspense, useCallback, useMemo, useRef, useState, type ReactNode } from 'react';

export type ToastTone = 'info' | 'success' | 'warning' | 'danger';

export type ToastOptions = {
  title: string;
  description?: string;
  tone?: ToastTone;
  action?: { label: string; onClick: () => void };
  /** 0 keeps it until it is closed. */
  timeoutMs?: number;
};

export type Toasts = { show: (options: ToastOptions) => string; close: (id: string) => void };

export type ToastManager = ReturnType<typeof Toast.createToastManager>;

export const ToastContext = createContext<Toasts | undefined>(undefined);

const ToastHost = lazy(async () => ({ default: (await import('./toast-host.tsx')).ToastHost }));

/** Toasts for all below it. What draws them is loaded with the first one. */
export function ToastProvider({ label, closeLabel, children }: { label: string; closeLabel: string; children: ReactNode }) {
  const [manager] = useState(() => Toast.createToastManager());
  const [wanted, setWanted] = useState(false);
  const shown = useRef(0);
  const ready = useRef(false);
  const waiting = useRef<(() => void)[]>([]);

  const toasts = useMemo(
    (): Toasts => ({
      show: ({ title, description, tone = 'info', action, timeoutMs }) => {
        const id = `toast-${++shown.current}`;
        const add = () =>
          void manager.add({
            id,
            title,
            description,
            type: tone,
            priority: tone === 'danger' ? 'high' : 'low',
            timeout: timeoutMs,
            actionProps: action && { children: action.label, onClick: action.onClick },
          });
        if (ready.current) add();
        else {
          waiting.current.push(add);
          setWanted(true);
        }
        return id;
      },
      close: (id) => manager.close(id),
    }),
    [manager],
  );

  const onReady = useCallback(() => {
    ready.current = true;
    for (const add of waiting.current.splice(0)) add();
  }, []);

  return (
    <ToastContext value={toasts}>
      {children}
      {wanted && (
        <Suspense>
          <ToastHost manager={manager} label={label} closeLabel={closeLabel} onReady={onReady} />
        </Suspense>
      )}
    </ToastContext>
  );
}
