import { useId, type ReactNode } from 'react';
import { cx } from './cx.ts';

/** A ground with a border. `flush` is for tables and charts that reach its edges. */
export function Card({ children, flush = false, className }: { children: ReactNode; flush?: boolean; className?: string }) {
  return <div className={cx('min-w-0 rounded-lg border border-line bg-surface', !flush && 'p-4', className)}>{children}</div>;
}

type SectionProps = {
  title: ReactNode;
  description?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
  level?: 2 | 3;
  /** On a card of its own; `flush` lets its content reach the edges. */
  card?: boolean | 'flush';
  className?: string;
};

/** A part of a page with a heading that assistive technology can jump to. */
export function Section({ title, description, actions, children, level = 2, card = false, className }: SectionProps) {
  const id = useId();
  const Heading = level === 2 ? 'h2' : 'h3';
  const head = (
    <div className="flex min-h-8 flex-wrap items-center justify-between gap-x-4 gap-y-2">
      <div className="min-w-0">
        <Heading id={id} className="text-base font-semibold">
          {title}
        </Heading>
        {description !== undefined && <p className="text-sm text-text-2">{description}</p>}
      </div>
      {actions !== undefined && <div className="flex flex-wrap items-center gap-2">{actions}</div>}
    </div>
  );
  if (card === false)
    return (
      <section aria-labelledby={id} className={cx('flex min-w-0 flex-col gap-2', className)}>
        {head}
        {children}
      </section>
    );
  return (
    <section aria-labelledby={id} className={cx('flex min-w-0 flex-col rounded-lg border border-line bg-surface', className)}>
      <div className="px-4 pt-2.5">{head}</div>
      <div className={card === 'flush' ? 'min-w-0 pt-2' : 'min-w-0 px-4 pt-2 pb-4'}>{children}</div>
    </section>
  );
}
