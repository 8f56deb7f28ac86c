import { Menu as Base } from '@base-ui/react/menu';
import { Check, type LucideIcon } from 'lucide-react';
import type { ReactElement, ReactNode } from 'react';
import { cx } from './cx.ts';
import { itemClass, popupClass } from './popup.ts';

type MenuProps = {
  /** A Button or an IconButton. */
  trigger: ReactElement<Record<string, unknown>>;
  children: ReactNode;
  align?: 'start' | 'end';
};

export function Menu({ trigger, children, align = 'start' }: MenuProps) {
  return (
    <Base.Root>
      <Base.Trigger render={trigger} />
      <Base.Portal>
        <Base.Positioner sideOffset={4} align={align} collisionPadding={8} className="z-40 outline-none">
          <Base.Popup className={cx(popupClass, 'max-h-(--available-height) min-w-40 overflow-y-auto p-1')}>{children}</Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}

type MenuItemProps = {
  icon?: LucideIcon;
  children: ReactNode;
  /** Such as a shortcut. */
  hint?: ReactNode;
  danger?: boolean;
  disabled?: boolean;
  onClick?: () => void;
  /** An anchor that the router brings, when the item leads somewhere. */
  render?: ReactElement;
};

export function MenuItem({ icon: Icon, children, hint, danger = false, disabled, onClick, render }: MenuItemProps) {
  return (
    <Base.Item render={render} disabled={disabled} onClick={onClick} className={cx(itemClass, danger && 'text-failed')}>
      {Icon && <Icon aria-hidden className={cx('size-4 shrink-0', !danger && 'text-text-3')} />}
      <span className="flex-1">{children}</span>
      {hint !== undefined && <span className="pl-4 text-xs text-text-3">{hint}</span>}
    </Base.Item>
  );
}

type MenuRadioGroupProps<Value extends string> = {
  label: string;
  value: Value;
  onValueChange: (value: Value) => void;
  options: readonly { value: Value; label: string }[];
};

/** One of several, such as the theme. */
export function MenuRadioGroup<Value extends string>({ label, value, onValueChange, options }: MenuRadioGroupProps<Value>) {
  return (
    <Base.RadioGroup value={value} onValueChange={(next: Value) => onValueChange(next)}>
      <Base.GroupLabel className="px-2 pt-1 pb-0.5 text-xs font-medium text-text-3">{label}</Base.GroupLabel>
      {options.map((option) => (
        <Base.RadioItem key={option.value} value={option.value} closeOnClick className={itemClass}>
          <span className="grid size-4 place-items-center">
            <Base.RadioItemIndicator>
              <Check aria-hidden className="size-4 text-accent" />
            </Base.RadioItemIndicator>
          </span>
          {option.label}
        </Base.RadioItem>
      ))}
    </Base.RadioGroup>
  );
}

export function MenuSeparator() {
  return <Base.Separator className="mx-1 my-1 h-px bg-line" />;
}
