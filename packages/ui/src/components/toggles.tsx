import { Checkbox as BaseCheckbox } from '@base-ui/react/checkbox';
import { Switch as BaseSwitch } from '@base-ui/react/switch';
import { Check, Minus } from 'lucide-react';
import { useId, type ReactNode } from 'react';
import { cx } from './cx.ts';

type ToggleProps = {
  checked: boolean;
  onCheckedChange: (checked: boolean) => void;
  label: ReactNode;
  description?: ReactNode;
  /** Only the box, in a table; the label is still its name. */
  hideLabel?: boolean;
  disabled?: boolean;
  name?: string;
};

const rowClass = 'inline-flex min-h-6 items-start text-sm has-data-disabled:opacity-50';

type WordsProps = Pick<ToggleProps, 'label' | 'description' | 'hideLabel'> & { id: string };

function Words({ label, description, hideLabel, id }: WordsProps) {
  return (
    <span className={cx('min-w-0 py-0.5', hideLabel && 'sr-only')}>
      <label htmlFor={id} className="block cursor-pointer pl-2">
        {label}
      </label>
      {description !== undefined && (
        <span id={`${id}-description`} className="block pl-2 text-xs text-text-2">
          {description}
        </span>
      )}
    </span>
  );
}

export function Checkbox({ indeterminate, ...props }: ToggleProps & { indeterminate?: boolean }) {
  const { checked, onCheckedChange, description, disabled, name } = props;
  const id = useId();
  const Mark = indeterminate ? Minus : Check;
  return (
    <span className={rowClass}>
      <BaseCheckbox.Root
        id={id}
        checked={checked}
        indeterminate={indeterminate}
        onCheckedChange={(next) => onCheckedChange(next)}
        disabled={disabled}
        name={name}
        aria-describedby={description === undefined ? undefined : `${id}-description`}
        className="relative my-1 grid size-4 shrink-0 cursor-pointer place-items-center rounded border border-control bg-surface text-on-accent before:absolute before:-inset-1 data-checked:border-accent data-checked:bg-accent data-indeterminate:border-accent data-indeterminate:bg-accent"
      >
        <BaseCheckbox.Indicator className="data-unchecked:hidden">
          <Mark aria-hidden strokeWidth={3} className="size-3" />
        </BaseCheckbox.Indicator>
      </BaseCheckbox.Root>
      <Words {...props} id={id} />
    </span>
  );
}

/** For what takes effect at once. */
export function Switch(props: ToggleProps) {
  const { checked, onCheckedChange, description, disabled, name } = props;
  const id = useId();
  return (
    <span className={rowClass}>
      <BaseSwitch.Root
        id={id}
        checked={checked}
        onCheckedChange={(next) => onCheckedChange(next)}
        disabled={disabled}
        name={name}
        aria-describedby={description === undefined ? undefined : `${id}-description`}
        className="relative my-0.5 flex h-5 w-9 shrink-0 cursor-pointer rounded-full bg-control p-0.5 transition-colors before:absolute before:-inset-0.5 data-checked:bg-accent"
      >
        <BaseSwitch.Thumb className="size-4 rounded-full bg-surface transition-[translate] data-checked:translate-x-4" />
      </BaseSwitch.Root>
      <Words {...props} id={id} />
    </span>
  );
}
