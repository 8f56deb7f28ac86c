import { Button as BaseButton } from '@base-ui/react/button';
import { LoaderCircle, type LucideIcon } from 'lucide-react';
import type { ComponentProps, ReactNode } from 'react';
import { cx } from './cx.ts';
import { Tooltip } from './tooltip.tsx';

export type ButtonVariant = 'primary' | 'secondary' | 'ghost' | 'danger';
export type ButtonSize = 'sm' | 'md';

const shared =
  'relative inline-flex shrink-0 cursor-pointer items-center justify-center rounded-md font-medium whitespace-nowrap select-none transition-colors data-disabled:cursor-not-allowed data-disabled:not-aria-busy:opacity-50';

const variants: Record<ButtonVariant, string> = {
  primary: 'bg-accent text-on-accent hover:not-data-disabled:bg-accent-strong',
  secondary: 'border border-line-strong bg-surface text-text hover:not-data-disabled:bg-hover data-popup-open:bg-hover',
  ghost:
    'text-text-2 hover:not-data-disabled:bg-hover hover:not-data-disabled:text-text data-popup-open:bg-hover data-popup-open:text-text',
  danger: 'bg-danger text-on-danger hover:not-data-disabled:bg-danger-strong',
};

const sizes: Record<ButtonSize, string> = { sm: 'h-7 gap-1.5 px-2.5 text-xs', md: 'h-8 gap-1.5 px-3 text-sm' };

/** The look of a button for an anchor that a router brings. */
export function buttonClass({ variant = 'secondary', size = 'md' }: { variant?: ButtonVariant; size?: ButtonSize } = {}): string {
  return cx(shared, variants[variant], sizes[size]);
}

/** The look of a link in text. */
export const linkClass = 'rounded-sm font-medium text-accent underline-offset-2 hover:text-accent-strong hover:underline';

/** The look of a name in a table that leads to its page: text until it is pointed at. */
export const quietLinkClass = 'rounded-sm font-medium text-text underline-offset-2 hover:text-accent hover:underline';

type ButtonProps = Omit<ComponentProps<'button'>, 'className' | 'style'> & {
  variant?: ButtonVariant;
  size?: ButtonSize;
  icon?: LucideIcon;
  /** What it started still runs: it keeps its width and focus, and takes no second press. */
  busy?: boolean;
  className?: string;
  children: ReactNode;
};

export function Button({ variant, size, icon: Icon, busy = false, disabled, className, children, ...rest }: ButtonProps) {
  return (
    <BaseButton
      type="button"
      {...rest}
      disabled={disabled || busy}
      focusableWhenDisabled={busy}
      aria-busy={busy || undefined}
      className={cx(buttonClass({ variant, size }), className)}
    >
      {busy && <LoaderCircle aria-hidden className="absolute size-4 animate-spin" />}
      {Icon && <Icon aria-hidden className={cx('-ml-0.5 size-4', busy && 'opacity-0')} />}
      <span className={cx('inline-flex items-center', busy && 'opacity-0')}>{children}</span>
    </BaseButton>
  );
}

const squares: Record<ButtonSize, string> = { sm: 'size-6', md: 'size-8' };

type IconButtonProps = Omit<ComponentProps<'button'>, 'className' | 'style' | 'children'> & {
  icon: LucideIcon;
  /** What it does: its name and its tooltip. */
  label: string;
  variant?: ButtonVariant;
  size?: ButtonSize;
  pressed?: boolean;
  className?: string;
};

export function IconButton({ icon: Icon, label, variant = 'ghost', size = 'md', pressed, className, ...rest }: IconButtonProps) {
  return (
    <Tooltip text={label}>
      <BaseButton
        type="button"
        {...rest}
        aria-label={label}
        aria-pressed={pressed}
        className={cx(shared, variants[variant], squares[size], pressed && 'bg-accent-soft! text-accent!', className)}
      >
        <Icon aria-hidden className={size === 'sm' ? 'size-3.5' : 'size-4'} />
      </BaseButton>
    </Tooltip>
  );
}
