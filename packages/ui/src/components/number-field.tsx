import { NumberField as Base } from '@base-ui/react/number-field';
import { Minus, Plus } from 'lucide-react';
import { cx } from './cx.ts';
import { useUi } from './provider.tsx';
import { inputClass } from './text-field.tsx';

type NumberFieldProps = {
  value: number | null;
  onValueChange: (value: number | null) => void;
  /** When typing is over: on blur, Enter or a press of a button. */
  onValueCommitted?: (value: number | null) => void;
  min?: number;
  max?: number;
  step?: number;
  /** Of the reader, for separators. */
  locale?: string;
  format?: Intl.NumberFormatOptions;
  unit?: string;
  name?: string;
  id?: string;
  disabled?: boolean;
  placeholder?: string;
  'aria-label'?: string;
  className?: string;
};

/** A number with its unit. Arrow keys step, with Shift by ten. */
export function NumberField({
  unit,
  placeholder,
  className,
  onValueChange,
  onValueCommitted,
  'aria-label': label,
  ...rest
}: NumberFieldProps) {
  const { words } = useUi();
  return (
    <Base.Root
      {...rest}
      onValueChange={(value) => onValueChange(value)}
      onValueCommitted={onValueCommitted && ((value) => onValueCommitted(value))}
      className={className}
    >
      <Base.Group className="relative flex items-center">
        <Base.Input
          aria-label={label}
          placeholder={placeholder}
          className={cx(inputClass, 'pl-2.5 tabular-nums', unit === undefined ? 'pr-14' : 'pr-24')}
        />
        <span className="absolute right-0.5 flex items-center">
          {unit !== undefined && <span className="pointer-events-none mr-1.5 text-xs text-text-3">{unit}</span>}
          <Base.Decrement aria-label={words.decrease} className={stepClass}>
            <Minus aria-hidden className="size-3.5" />
          </Base.Decrement>
          <Base.Increment aria-label={words.increase} className={stepClass}>
            <Plus aria-hidden className="size-3.5" />
          </Base.Increment>
        </span>
      </Base.Group>
    </Base.Root>
  );
}

const stepClass =
  'grid size-6 cursor-pointer place-items-center rounded text-text-3 hover:bg-hover hover:text-text data-disabled:cursor-not-allowed data-disabled:opacity-40';
