import { Slider as Base } from '@base-ui/react/slider';
import type { ReactNode } from 'react';

type SliderProps = {
  label: string;
  value: number;
  onValueChange: (value: number) => void;
  onValueCommitted?: (value: number) => void;
  min: number;
  max: number;
  step?: number;
  /** What the value means, with its unit; also what a screen reader says. */
  formatValue?: (value: number) => string;
  /** In place of the formatted value at the end of the label's line. */
  aside?: ReactNode;
  disabled?: boolean;
};

export function Slider(props: SliderProps) {
  const { label, value, onValueChange, onValueCommitted, min, max, step, formatValue = String, aside, disabled } = props;
  return (
    <Base.Root
      value={value}
      min={min}
      max={max}
      step={step}
      disabled={disabled}
      thumbAlignment="edge"
      onValueChange={(next) => onValueChange(next)}
      onValueCommitted={onValueCommitted && ((next) => onValueCommitted(next))}
      className="flex flex-col data-disabled:opacity-50"
    >
      <div className="flex items-baseline justify-between gap-2 text-sm">
        <Base.Label className="font-medium">{label}</Base.Label>
        <span className="text-text-2 tabular-nums">{aside ?? formatValue(value)}</span>
      </div>
      <Base.Control className="flex h-6 w-full cursor-pointer touch-none items-center">
        <Base.Track className="h-1 w-full rounded-full bg-control/60">
          <Base.Indicator className="rounded-full bg-accent" />
          <Base.Thumb
            getAriaValueText={(_, number) => formatValue(number)}
            className="size-4 rounded-full border-2 border-accent bg-surface has-focus-visible:outline-2 has-focus-visible:outline-offset-1 has-focus-visible:outline-focus"
          />
        </Base.Track>
      </Base.Control>
    </Base.Root>
  );
}
