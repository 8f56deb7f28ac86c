import { Toggle } from '@base-ui/react/toggle';
import { ToggleGroup } from '@base-ui/react/toggle-group';
import type { ReactNode } from 'react';

type SegmentedProps<Value extends string> = {
  label: string;
  value: Value;
  onValueChange: (value: Value) => void;
  options: readonly { value: Value; label: ReactNode; disabled?: boolean }[];
};

/** One of a few, all in view: a range of time, linear or logarithmic. */
export function Segmented<Value extends string>({ label, value, onValueChange, options }: SegmentedProps<Value>) {
  return (
    <ToggleGroup
      aria-label={label}
      value={[value]}
      onValueChange={([next]) => next !== undefined && onValueChange(next)}
      className="inline-flex h-7 items-center gap-px rounded-md border border-line-strong bg-sunken p-px"
    >
      {options.map((option) => (
        <Toggle
          key={option.value}
          value={option.value}
          disabled={option.disabled}
          className="inline-flex h-6 min-w-6 cursor-pointer items-center justify-center rounded-[5px] px-2 text-xs font-medium whitespace-nowrap text-text-2 hover:text-text data-disabled:opacity-50 data-pressed:bg-surface data-pressed:text-text data-pressed:shadow-[0_0_0_1px_var(--line-strong)]"
        >
          {option.label}
        </Toggle>
      ))}
    </ToggleGroup>
  );
}
