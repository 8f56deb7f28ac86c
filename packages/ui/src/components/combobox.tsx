import { Combobox as Base } from '@base-ui/react/combobox';
import { Check, ChevronsUpDown, X } from 'lucide-react';
import { cx } from './cx.ts';
import { itemClass, popupClass } from './popup.ts';
import { useUi } from './provider.tsx';
import type { Option } from './select.tsx';
import { inputClass } from './text-field.tsx';

type ComboboxProps = {
  value: string | null;
  onValueChange: (value: string | null) => void;
  options: readonly Option<string>[];
  placeholder?: string;
  disabled?: boolean;
  'aria-label'?: string;
  className?: string;
};

const iconClass = 'grid size-6 cursor-pointer place-items-center rounded text-text-3 hover:bg-hover hover:text-text';

/** One of many: typing filters. */
export function Combobox({ value, onValueChange, options, placeholder, disabled, className, 'aria-label': label }: ComboboxProps) {
  const { words } = useUi();
  const chosen = options.find((option) => option.value === value) ?? null;
  return (
    <Base.Root
      items={options}
      value={chosen}
      disabled={disabled}
      onValueChange={(next: Option<string> | null) => onValueChange(next?.value ?? null)}
      isItemEqualToValue={(a: Option<string>, b: Option<string>) => a.value === b.value}
    >
      <Base.InputGroup className={cx('relative flex items-center', className)}>
        <Base.Input aria-label={label} placeholder={placeholder} className={cx(inputClass, 'pr-14 pl-2.5')} />
        <span className="absolute right-1 flex items-center">
          <Base.Clear aria-label={words.clear} className={iconClass}>
            <X aria-hidden className="size-3.5" />
          </Base.Clear>
          <Base.Trigger aria-label={words.open} className={iconClass}>
            <ChevronsUpDown aria-hidden className="size-3.5" />
          </Base.Trigger>
        </span>
      </Base.InputGroup>
      <Base.Portal>
        <Base.Positioner sideOffset={4} collisionPadding={8} className="z-50 outline-none">
          <Base.Popup
            className={cx(
              popupClass,
              'max-h-[min(20rem,var(--available-height))] w-(--anchor-width) max-w-(--available-width) overflow-y-auto',
            )}
          >
            <Base.Empty>
              <div className="px-3 py-2 text-sm text-text-2">{words.noResults}</div>
            </Base.Empty>
            <Base.List className="not-empty:p-1">
              {(option: Option<string>) => (
                <Base.Item key={option.value} value={option} disabled={option.disabled} className={itemClass}>
                  <span className="min-w-0 flex-1">
                    {option.label}
                    {option.description !== undefined && <span className="block text-xs text-text-2">{option.description}</span>}
                  </span>
                  <span className="size-4">
                    <Base.ItemIndicator>
                      <Check aria-hidden className="size-4 text-accent" />
                    </Base.ItemIndicator>
                  </span>
                </Base.Item>
              )}
            </Base.List>
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}
