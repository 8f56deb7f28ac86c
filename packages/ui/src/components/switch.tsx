import { Switch as Base } from '@base-ui/react/switch';
import { useId, type ReactNode } from 'react';

type SwitchProps = {
  checked: boolean;
  onCheckedChange: (checked: boolean) => void;
  label: ReactNode;
  description?: ReactNode;
};

/** For what takes effect at once. */
export function Switch({ checked, onCheckedChange, label, description }: SwitchProps) {
  const id = useId();
  return (
    <span className="inline-flex min-h-6 items-start text-sm">
      <Base.Root
        id={id}
        checked={checked}
        onCheckedChange={(next) => onCheckedChange(next)}
        aria-describedby={description === undefined ? undefined : `${id}-description`}
        className="relative my-0.5 flex h-5 w-9 shrink-0 cursor-pointer rounded-full bg-control p-0.5 transition-colors before:absolute before:-inset-0.5 data-checked:bg-accent"
      >
        <Base.Thumb className="size-4 rounded-full bg-surface transition-[translate] data-checked:translate-x-4" />
      </Base.Root>
      <span className="min-w-0 py-0.5">
        <label htmlFor={id} className="block cursor-pointer pl-2">
          {label}
        </label>
        {description !== undefined && (
          <span id={`${id}-description`} className="block pl-2 text-xs text-text-2">
            {description}
          </span>
        )}
      </span>
    </span>
  );
}
