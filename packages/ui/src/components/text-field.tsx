import { Input } from '@base-ui/react/input';
import type { LucideIcon } from 'lucide-react';
import type { ComponentProps, ReactNode } from 'react';
import { cx } from './cx.ts';

/** The ground of everything one types into. 16 px on touch screens: below that, phones zoom in. */
export const inputClass =
  'w-full min-w-0 rounded-md border border-control bg-surface py-1 text-sm leading-5 text-text placeholder:text-text-3 hover:not-disabled:border-text-3 disabled:cursor-not-allowed disabled:bg-sunken disabled:text-text-3 data-invalid:border-failed aria-invalid:border-failed focus-visible:outline-2 focus-visible:-outline-offset-1 pointer-coarse:text-lg h-8';

type TextFieldProps = Omit<ComponentProps<'input'>, 'className' | 'style' | 'size'> & {
  icon?: LucideIcon;
  /** At its end, such as a unit or a clear button. */
  after?: ReactNode;
  mono?: boolean;
  className?: string;
};

/** One line of text. In a Field it takes its name from there; elsewhere give it `aria-label`. */
export function TextField({ icon: Icon, after, mono = false, className, ...rest }: TextFieldProps) {
  return (
    <span className={cx('relative flex items-center', className)}>
      {Icon && <Icon aria-hidden className="pointer-events-none absolute left-2.5 size-4 text-text-3" />}
      <Input
        autoComplete="off"
        {...rest}
        className={cx(inputClass, Icon ? 'pl-8' : 'pl-2.5', after === undefined ? 'pr-2.5' : 'pr-9', mono && 'font-mono')}
      />
      {after !== undefined && <span className="absolute right-1 flex items-center text-xs text-text-3">{after}</span>}
    </span>
  );
}
