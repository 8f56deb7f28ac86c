import { Select as Base } from '@base-ui/react/select';
import { Check, ChevronsUpDown } from 'lucide-react';
import { cx } from './cx.ts';
import { itemClass, popupClass } from './popup.ts';
import { inputClass } from './text-field.tsx';

export type Option<Value extends string> = { value: Value; label: string; description?: string; disabled?: boolean };

type SelectProps<Value extends string> = {
  value: Value | null;
  onValueChange: (value: Value) => void;
  options: readonly Option<Value>[];
  placeholder?: string;
  disabled?: boolean;
  name?: string;
  /** Where no Field names it. */
  'aria-label'?: string;
  /** In a toolbar it is as wide as its words, and lower. */
  compact?: boolean;
  className?: string;
};

export function Select<Value extends string>(props: SelectProps<Value>) {
  const { value, onValueChange, options, placeholder, disabled, name, compact = false, className, 'aria-label': label } = props;
  return (
    <Base.Root
      items={options}
      value={value}
      name={name}
      disabled={disabled}
      onValueChange={(next: Value | null) => next !== null && onValueChange(next)}
    >
      <Base.Trigger
        aria-label={label}
        className={cx(
          inputClass,
          'flex cursor-pointer items-center justify-between gap-2 text-left select-none',
          compact ? 'w-auto! pr-1.5 pl-2.5 pointer-coarse:text-sm' : 'pr-2 pl-2.5',
          className,
        )}
      >
        <Base.Value placeholder={placeholder} className="truncate data-placeholder:text-text-3" />
        <Base.Icon>
          <ChevronsUpDown aria-hidden className="size-3.5 text-text-3" />
        </Base.Icon>
      </Base.Trigger>
      <Base.Portal>
        <Base.Positioner alignItemWithTrigger={false} sideOffset={4} collisionPadding={8} className="z-50 outline-none">
          <Base.Popup
            className={cx(
              popupClass,
              'max-h-[min(20rem,var(--available-height))] max-w-(--available-width) min-w-(--anchor-width) overflow-y-auto p-1',
            )}
          >
            <Base.List>
              {options.map((option) => (
                <Base.Item key={option.value} value={option.value} disabled={option.disabled} className={itemClass}>
                  <span className="min-w-0 flex-1">
                    <Base.ItemText>{option.label}</Base.ItemText>
                    {option.description !== undefined && <span className="block text-xs text-text-2">{option.description}</span>}
                  </span>
                  <span className="size-4">
                    <Base.ItemIndicator>
                      <Check aria-hidden className="size-4 text-accent" />
                    </Base.ItemIndicator>
                  </span>
                </Base.Item>
              ))}
            </Base.List>
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}
