import { cx, Field, Select, TextField, type Option } from '@massif/ui';
import { memo, useState, type ReactNode } from 'react';
import { useController, type FieldPath } from 'react-hook-form';
import { toEntry, type SpecValues } from '../draft/values.ts';
import { fieldAt } from '../yaml/schema.ts';
import { splitPath } from '../yaml/places.ts';
import { ProblemText } from './problem-text.tsx';
import { useProblem } from './problems.ts';

/** A path of the contract that the form has a field for. */
export type SpecPath = FieldPath<SpecValues>;

/** Fields beside one another, as many as there is room for. */
export function Fields({ children }: { children: ReactNode }) {
  return <div className="grid grid-cols-2 gap-3 sm:grid-cols-3">{children}</div>;
}

// Each watches its own value and is drawn again with that alone: a key may change what the section around it says.

interface SpecFieldProps {
  name: SpecPath;
  label: string;
  description?: ReactNode | undefined;
  required?: boolean;
  className?: string;
}

function useSpecField(name: SpecPath, className: string | undefined) {
  const { field } = useController<SpecValues>({ name });
  const problem = useProblem(name);
  const byDefault = fieldAt(splitPath(name))?.default;
  return {
    field,
    error: problem && <ProblemText problem={problem} />,
    // On a phone half a row is too narrow for what is wrong and how to mend it.
    place: cx(className, problem && 'max-sm:col-span-full'),
    byDefault: typeof byDefault === 'object' || byDefault === undefined ? undefined : String(byDefault),
  };
}

/** A number, or whatever somebody has typed so far of one; what it is when it is left empty stands in its place. */
export const NumberEntry = memo(function NumberEntry({
  name,
  label,
  description,
  required,
  className,
  unit,
}: SpecFieldProps & { unit?: string }) {
  const { field, error, byDefault, place } = useSpecField(name, className);
  const { value, onChange, onBlur, ref } = field;
  const shown = typeof value === 'number' || typeof value === 'string' ? String(value) : '';
  const [typed, setTyped] = useState(shown);
  // What is typed stays as it is typed, `3e-3` too; what comes from elsewhere replaces it.
  const text = String(toEntry(typed) ?? '') === shown ? typed : shown;
  return (
    <Field label={label} description={description} error={error} required={required} className={place}>
      <TextField
        ref={ref}
        name={name}
        inputMode="decimal"
        value={text}
        placeholder={byDefault}
        after={unit === undefined ? undefined : <span className="pr-1.5">{unit}</span>}
        onBlur={onBlur}
        onChange={(event) => {
          setTyped(event.target.value);
          onChange(toEntry(event.target.value) ?? '');
        }}
      />
    </Field>
  );
});

/** A line of text; also for sizes and durations, which have units in them. */
export const TextEntry = memo(function TextEntry({
  name,
  label,
  description,
  required,
  className,
  placeholder,
}: SpecFieldProps & { placeholder?: string }) {
  const { field, error, byDefault, place } = useSpecField(name, className);
  const { value, onChange, onBlur, ref } = field;
  return (
    <Field label={label} description={description} error={error} required={required} className={place}>
      <TextField
        ref={ref}
        name={name}
        value={typeof value === 'string' || typeof value === 'number' ? String(value) : ''}
        placeholder={placeholder ?? byDefault}
        onBlur={onBlur}
        onChange={onChange}
      />
    </Field>
  );
});

/** One of a few words. */
export const ChoiceEntry = memo(function ChoiceEntry({
  name,
  label,
  description,
  className,
  options,
}: SpecFieldProps & { options: readonly Option<string>[] }) {
  const { field, error, byDefault, place } = useSpecField(name, className);
  const { value, onChange } = field;
  return (
    <Field label={label} description={description} error={error} className={place}>
      <Select
        name={name}
        value={typeof value === 'string' && value !== '' ? value : (byDefault ?? null)}
        onValueChange={onChange}
        options={options}
      />
    </Field>
  );
});
