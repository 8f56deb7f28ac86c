import { Field as Base } from '@base-ui/react/field';
import { CircleAlert } from 'lucide-react';
import type { ReactNode } from 'react';
import { cx } from './cx.ts';
import { useUi } from './provider.tsx';

type FieldProps = {
  label: ReactNode;
  description?: ReactNode;
  /** What is wrong and how to mend it. Its place is not kept: forms are not what one watches live. */
  error?: ReactNode;
  required?: boolean;
  disabled?: boolean;
  /** Beside the label, at the end of its line. */
  aside?: ReactNode;
  children: ReactNode;
  className?: string;
};

/** A label, a description and an error around one control of this package; all are announced with it. */
export function Field({ label, description, error, required = false, disabled, aside, children, className }: FieldProps) {
  const { words } = useUi();
  const wrong = error !== undefined && error !== null && error !== false && error !== '';
  return (
    <Base.Root invalid={wrong} disabled={disabled} className={cx('flex min-w-0 flex-col gap-1', className)}>
      <div className="flex items-baseline justify-between gap-2">
        <Base.Label className="text-sm font-medium">
          {label}
          {required && (
            <>
              <span aria-hidden className="ml-0.5 text-failed">
                *
              </span>
              <span className="sr-only"> {words.required}</span>
            </>
          )}
        </Base.Label>
        {aside !== undefined && <span className="text-xs text-text-3">{aside}</span>}
      </div>
      {children}
      {description !== undefined && <Base.Description className="text-xs text-text-2">{description}</Base.Description>}
      <Base.Error match={wrong} className="flex items-start gap-1 text-xs text-failed">
        <CircleAlert aria-hidden className="mt-0.5 size-3 shrink-0" />
        <span className="min-w-0 break-words">{error}</span>
      </Base.Error>
    </Base.Root>
  );
}
