import { Radio } from '@base-ui/react/radio';
import { RadioGroup } from '@base-ui/react/radio-group';
import type { LucideIcon } from 'lucide-react';
import { useId, type ReactNode } from 'react';
import { cx } from './cx.ts';

export type RadioCard<Value extends string> = {
  value: Value;
  title: string;
  description?: ReactNode;
  icon?: LucideIcon;
  /** At the end of its first line, such as a number. */
  aside?: ReactNode;
  disabled?: boolean;
};

type RadioCardsProps<Value extends string> = {
  label: ReactNode;
  value: Value | null;
  onValueChange: (value: Value) => void;
  options: readonly RadioCard<Value>[];
  columns?: 1 | 2 | 3 | 4;
};

const grids = { 1: '', 2: 'sm:grid-cols-2', 3: 'sm:grid-cols-2 lg:grid-cols-3', 4: 'sm:grid-cols-2 xl:grid-cols-4' };

/** A choice whose options deserve a sentence each. */
export function RadioCards<Value extends string>({ label, value, onValueChange, options, columns = 3 }: RadioCardsProps<Value>) {
  const id = useId();
  return (
    <div className="flex flex-col gap-1.5">
      <div id={id} className="text-sm font-medium">
        {label}
      </div>
      <RadioGroup
        aria-labelledby={id}
        value={value}
        onValueChange={(next) => onValueChange(next as Value)}
        className={cx('grid gap-2', grids[columns])}
      >
        {options.map((option) => (
          <CardOption key={option.value} {...option} />
        ))}
      </RadioGroup>
    </div>
  );
}

function CardOption<Value extends string>({ value, title, description, icon: Icon, aside, disabled }: RadioCard<Value>) {
  const id = useId();
  return (
    <label className="flex cursor-pointer items-start gap-2.5 rounded-lg border border-line-strong bg-surface p-3 text-sm transition-colors hover:bg-hover has-data-checked:border-accent has-data-checked:bg-accent-soft has-data-checked:shadow-[inset_0_0_0_1px_var(--accent)] has-data-disabled:cursor-not-allowed has-data-disabled:opacity-50">
      <Radio.Root
        value={value}
        disabled={disabled}
        aria-labelledby={`${id}-title`}
        aria-describedby={description === undefined ? undefined : `${id}-description`}
        className="mt-0.5 grid size-4 shrink-0 place-items-center rounded-full border border-control bg-surface data-checked:border-accent data-checked:bg-accent"
      >
        <Radio.Indicator className="size-1.5 rounded-full bg-on-accent data-unchecked:hidden" />
      </Radio.Root>
      <span className="min-w-0 flex-1">
        <span className="flex flex-wrap items-center justify-between gap-x-2">
          <span id={`${id}-title`} className="flex items-center gap-1.5 font-medium">
            {Icon && <Icon aria-hidden className="size-4 text-text-2" />}
            {title}
          </span>
          {aside !== undefined && <span className="text-xs text-text-2">{aside}</span>}
        </span>
        {description !== undefined && (
          <span id={`${id}-description`} className="block text-xs text-text-2">
            {description}
          </span>
        )}
      </span>
    </label>
  );
}
