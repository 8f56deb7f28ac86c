import { Toast } from '@base-ui/react/toast';
import { AlertTriangle, CheckCircle2, Info, X, XCircle, type LucideIcon } from 'lucide-react';
import { useEffect } from 'react';
import { cx } from './cx.ts';
import type { ToastManager, ToastTone } from './toasts.tsx';

const toastLooks: Record<ToastTone, { icon: LucideIcon; className: string }> = {
  info: { icon: Info, className: 'text-accent' },
  success: { icon: CheckCircle2, className: 'text-succeeded' },
  warning: { icon: AlertTriangle, className: 'text-recovering' },
  danger: { icon: XCircle, className: 'text-failed' },
};

type ToastHostProps = { manager: ToastManager; label: string; closeLabel: string; onReady: () => void };

/** Where toasts appear: the corner below, above the thumb on a phone. Loaded with the first of them. */
export function ToastHost({ manager, label, closeLabel, onReady }: ToastHostProps) {
  useEffect(onReady, [onReady]);
  return (
    <Toast.Provider toastManager={manager} timeout={6000} limit={4}>
      <Toast.Portal>
        <Toast.Viewport aria-label={label} className="fixed right-4 bottom-4 z-50 flex w-[min(22rem,calc(100vw-2rem))] flex-col gap-2">
          <ToastList closeLabel={closeLabel} />
        </Toast.Viewport>
      </Toast.Portal>
    </Toast.Provider>
  );
}

function ToastList({ closeLabel }: { closeLabel: string }) {
  const { toasts } = Toast.useToastManager();
  return toasts.map((toast) => {
    const { icon: Icon, className } = toastLooks[(toast.type as ToastTone | undefined) ?? 'info'];
    return (
      <Toast.Root
        key={toast.id}
        toast={toast}
        swipeDirection={['right', 'down']}
        className={cx(
          'rounded-lg bg-raised p-3 text-sm text-text shadow-pop transition-[opacity,translate]',
          'data-ending-style:opacity-0 data-limited:hidden data-starting-style:translate-y-2 data-starting-style:opacity-0',
        )}
      >
        <Toast.Content className="flex items-start gap-2">
          <Icon aria-hidden className={cx('mt-0.5 size-4 shrink-0', className)} />
          <div className="min-w-0 flex-1">
            <Toast.Title className="font-medium break-words" />
            <Toast.Description className="break-words text-text-2" />
            <Toast.Action className="mt-1 h-6 rounded font-medium text-accent hover:underline" />
          </div>
          <Toast.Close
            aria-label={closeLabel}
            className="-m-1 grid size-6 shrink-0 place-items-center rounded text-text-3 hover:bg-sunken hover:text-text"
          >
            <X aria-hidden className="size-3.5" />
          </Toast.Close>
        </Toast.Content>
      </Toast.Root>
    );
  });
}
