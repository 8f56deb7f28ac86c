import { Dialog as Base } from '@base-ui/react/dialog';
import { X } from 'lucide-react';
import type { ReactElement, ReactNode } from 'react';
import { cx } from './cx.ts';
import { useUi } from './provider.tsx';

export const backdropClass = 'fixed inset-0 z-40 bg-overlay transition-opacity data-ending-style:opacity-0 data-starting-style:opacity-0';

export const dialogClass =
  'fixed top-1/2 left-1/2 z-40 flex max-h-[calc(100dvh-2rem)] w-[calc(100vw-2rem)] -translate-x-1/2 -translate-y-1/2 flex-col rounded-xl bg-raised text-text shadow-pop outline-none transition-[opacity,scale] data-starting-style:scale-98 data-starting-style:opacity-0 data-ending-style:opacity-0';

const widths = { sm: 'max-w-md', md: 'max-w-xl', lg: 'max-w-3xl' };

type DialogProps = {
  /** Without `open`, the trigger opens it. */
  trigger?: ReactElement<Record<string, unknown>>;
  open?: boolean;
  onOpenChange?: (open: boolean) => void;
  title: ReactNode;
  description?: ReactNode;
  children: ReactNode;
  /** Its buttons, the main one last. */
  footer?: ReactNode;
  size?: keyof typeof widths;
};

export function Dialog({ trigger, open, onOpenChange, title, description, children, footer, size = 'md' }: DialogProps) {
  const { words } = useUi();
  return (
    <Base.Root open={open} onOpenChange={onOpenChange && ((next) => onOpenChange(next))}>
      {trigger && <Base.Trigger render={trigger} />}
      <Base.Portal>
        <Base.Backdrop className={backdropClass} />
        <Base.Popup className={cx(dialogClass, widths[size])}>
          <div className="flex items-start gap-4 px-5 pt-4 pb-3">
            <div className="min-w-0 flex-1">
              <Base.Title className="text-lg font-semibold break-words">{title}</Base.Title>
              {description !== undefined && <Base.Description className="text-sm text-text-2">{description}</Base.Description>}
            </div>
            <Base.Close
              aria-label={words.close}
              className="-mr-2 grid size-8 shrink-0 cursor-pointer place-items-center rounded-md text-text-3 hover:bg-hover hover:text-text"
            >
              <X aria-hidden className="size-4" />
            </Base.Close>
          </div>
          <div className="min-h-0 flex-1 overflow-y-auto px-5 pb-5 text-sm">{children}</div>
          {footer !== undefined && <div className="flex flex-wrap justify-end gap-2 border-t border-line px-5 py-3">{footer}</div>}
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  );
}
