import { useState, type ReactNode } from 'react';

/** One component with its states in a row. */
export function Specimen({ name, children, wide = false }: { name: string; children: ReactNode; wide?: boolean }) {
  return (
    <section
      id={name.toLowerCase().replaceAll(' ', '-')}
      aria-label={name}
      className="grid gap-3 border-t border-line py-4 lg:grid-cols-[8rem_minmax(0,1fr)]"
    >
      <h2 className="font-mono text-xs text-text-2">{name}</h2>
      <div className={wide ? 'flex min-w-0 flex-col gap-4' : 'flex min-w-0 flex-wrap items-start gap-4'}>{children}</div>
    </section>
  );
}

/** State for a component that is controlled. */
export function Held<Value>({ initial, children }: { initial: Value; children: (value: Value, set: (value: Value) => void) => ReactNode }) {
  const [value, set] = useState(initial);
  return children(value, set);
}
