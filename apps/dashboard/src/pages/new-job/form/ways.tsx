import { Section, Segmented } from '@massif/ui';
import { useState, type ReactNode } from 'react';

interface WaysSectionProps<Way extends string> {
  title: string;
  /** Of the choice. */
  label: string;
  ways: readonly { value: Way; label: string }[];
  way: Way;
  onChoose(way: Way): void;
  children: ReactNode;
}

/** A part of the form that can be filled in several ways. */
export function WaysSection<Way extends string>({ title, label, ways, way, onChoose, children }: WaysSectionProps<Way>) {
  return (
    <Section card title={title} actions={<Segmented label={label} value={way} onValueChange={onChoose} options={ways} />}>
      <div className="flex flex-col gap-4">{children}</div>
    </Section>
  );
}

/**
 * Changes from one way to another. What was given in a way is there again when it comes back.
 * @param begin what there is in a way at first
 */
export function useWays<Way extends string, Value>({
  way,
  value,
  set,
  begin,
}: {
  way: Way;
  value: Value;
  set: (value: Value) => void;
  begin: (way: Way) => Value;
}): (next: Way) => void {
  const [left, setLeft] = useState<Partial<Record<Way, Value>>>({});
  return (next) => {
    if (next === way) return;
    setLeft({ ...left, [way]: value });
    set(left[next] ?? begin(next));
  };
}
