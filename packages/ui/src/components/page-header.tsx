import type { ReactNode } from 'react';

type PageHeaderProps = {
  title: ReactNode;
  /** The state of the thing, beside its name. */
  badge?: ReactNode;
  /** The way here, above the title. */
  trail?: ReactNode;
  /** A line of facts below the title. */
  description?: ReactNode;
  actions?: ReactNode;
};

/** The top of a page: what it is about, and what can be done. */
export function PageHeader({ title, badge, trail, description, actions }: PageHeaderProps) {
  return (
    <header className="flex flex-wrap items-start justify-between gap-x-6 gap-y-3">
      <div className="min-w-0 flex-1 basis-64">
        {trail !== undefined && <div className="mb-1 text-sm text-text-3">{trail}</div>}
        <div className="flex min-h-8 min-w-0 flex-wrap items-center gap-x-3 gap-y-1">
          <h1 className="min-w-0 text-xl font-semibold tracking-tight break-words">{title}</h1>
          {badge}
        </div>
        {description !== undefined && <div className="mt-0.5 text-sm text-text-2">{description}</div>}
      </div>
      {actions !== undefined && <div className="flex min-h-8 flex-wrap items-center gap-2">{actions}</div>}
    </header>
  );
}
