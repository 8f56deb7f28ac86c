import type { AppError, TrainSpec } from '@massif/contracts';
import { useEffect, useMemo, useState } from 'react';
import { useForm, useWatch, type UseFormReturn } from 'react-hook-form';
import { checkText, checkValues } from './check.ts';
import { storeDraft, type StoredDraft } from './storage.ts';
import { isReadable, readDraft, writeDraft } from './text.ts';
import type { SpecValues } from './values.ts';

export interface Draft {
  mode: StoredDraft['mode'];
  /** As YAML, whichever way it is edited; a form is written down when its keys rest. */
  text: string;
  /** The same, as it is at this moment. */
  readText(): string;
  form: UseFormReturn<SpecValues>;
  /** A spec with every default, while the draft is one. */
  spec: TrainSpec | undefined;
  /** Why it is none. */
  error: AppError | undefined;
  edit(text: string): void;
  /** Whether it can be shown as a form: what is no text of fields cannot. */
  canBeForm: boolean;
  show(mode: StoredDraft['mode']): void;
}

/** A draft that can be edited as a form and as text; what one of them does not show stays in the other. */
export function useDraft(source: string, begin: Pick<StoredDraft, 'text' | 'mode'>): Draft {
  const [mode, setMode] = useState(begin.mode);
  const [written, setWritten] = useState(begin.text);
  // Read once: this runs with each key.
  const [defaultValues] = useState(() => (isReadable(begin.text) ? readDraft(begin.text) : {}));
  const form = useForm<SpecValues>({ defaultValues });
  const values = useWatch({ control: form.control }) as SpecValues;
  const readText = () => (mode === 'form' ? writeDraft(written, form.getValues()) : written);
  const text = useRestingText(mode === 'form', written, values);
  const { spec, error } = useMemo(() => (mode === 'form' ? checkValues(values) : checkText(written)), [mode, values, written]);
  useEffect(() => storeDraft({ source, text, mode }), [source, text, mode]);
  return {
    mode,
    text,
    readText,
    form,
    spec,
    error,
    edit: setWritten,
    canBeForm: mode === 'form' || isReadable(written),
    show(next) {
      if (next === mode) return;
      const current = readText();
      setWritten(current);
      if (next === 'form') form.reset(readDraft(current));
      setMode(next);
    },
  };
}

/** To write a form down takes longer than a keystroke should, and nobody reads it so fast. */
const restMs = 150;

/** The text of a form, a moment after its last change; any other text as it is. */
function useRestingText(isForm: boolean, written: string, values: SpecValues): string {
  const [rested, setRested] = useState({ written, text: written });
  useEffect(() => {
    if (!isForm) return;
    const timer = setTimeout(() => setRested({ written, text: writeDraft(written, values) }), restMs);
    return () => clearTimeout(timer);
  }, [isForm, written, values]);
  // A form that has just come from another text is that text.
  return isForm && rested.written === written ? rested.text : written;
}
