import { AlertDialog as Base } from '@base-ui/react/alert-dialog';
import { useId, useRef, useState, type ReactElement, type ReactNode } from 'react';
import { Button } from './button.tsx';
import { cx } from './cx.ts';
import { backdropClass, dialogClass } from './dialog.tsx';
import { useUi } from './provider.tsx';
import { inputClass } from './text-field.tsx';

type AlertDialogProps = {
  trigger?: ReactElement<Record<string, unknown>>;
  open?: boolean;
  onOpenChange?: (open: boolean) => void;
  title: ReactNode;
  /** What happens, and what is lost. */
  children: ReactNode;
  /** The verb: "Cancel the job", never "OK". */
  confirmLabel: string;
  /** In place of the common word, where that would be read as the action itself. */
  cancelLabel?: string;
  onConfirm: () => void;
  danger?: boolean;
  busy?: boolean;
  /** Only where work is lost: the phrase must be typed first. */
  typed?: { label: ReactNode; phrase: string };
};

/** Asks before something that cannot be undone. It closes when the caller says so, since the action may fail. */
export function AlertDialog(props: AlertDialogProps) {
  const { trigger, open, onOpenChange } = props;
  const popup = useRef<HTMLDivElement>(null);
  // Where the focus begins: in the field to type into, else on the way out.
  const first = () => popup.current?.querySelector<HTMLElement>('[data-first]') ?? true;
  return (
    <Base.Root open={open} onOpenChange={onOpenChange && ((next) => onOpenChange(next))}>
      {trigger && <Base.Trigger render={trigger} />}
      <Base.Portal>
        <Base.Backdrop className={backdropClass} />
        <Base.Popup ref={popup} initialFocus={first} className={cx(dialogClass, 'max-w-md')}>
          <AlertDialogBody {...props} />
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  );
}

/** Mounted with the popup, so that what was typed is forgotten when it closes. */
function AlertDialogBody({ title, children, confirmLabel, cancelLabel, onConfirm, danger = false, busy = false, typed }: AlertDialogProps) {
  const { words } = useUi();
  const [text, setText] = useState('');
  const id = useId();
  const ready = !typed || text.trim() === typed.phrase;
  return (
    <form
      className="flex min-h-0 flex-col"
      onSubmit={(event) => {
        event.preventDefault();
        if (ready && !busy) onConfirm();
      }}
    >
      <div className="min-h-0 overflow-y-auto px-5 pt-4 pb-5 text-sm">
        <Base.Title className="text-lg font-semibold break-words">{title}</Base.Title>
        <Base.Description render={<div />} className="mt-1 flex flex-col gap-2 text-text-2">
          {children}
        </Base.Description>
        {typed && (
          <div className="mt-4 flex flex-col gap-1">
            <label htmlFor={id}>{typed.label}</label>
            <input
              id={id}
              data-first
              value={text}
              onChange={(event) => setText(event.target.value)}
              autoComplete="off"
              autoCapitalize="off"
              spellCheck={false}
              className={cx(inputClass, 'px-2.5 font-mono')}
            />
          </div>
        )}
      </div>
      <div className="flex flex-wrap justify-end gap-2 border-t border-line px-5 py-3">
        <Base.Close data-first={typed ? undefined : ''} render={<Button>{cancelLabel ?? words.cancel}</Button>} />
        <Button type="submit" variant={danger ? 'danger' : 'primary'} busy={busy} disabled={!ready}>
          {confirmLabel}
        </Button>
      </div>
    </form>
  );
}
