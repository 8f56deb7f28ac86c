import { ChevronRight } from 'lucide-react';
import type { ReactNode } from 'react';
import { useTranslations } from 'use-intl';
import { Fields } from './fields.tsx';

/** Fields that few change. */
export function More({ children }: { children: ReactNode }) {
  const t = useTranslations('newJob');
  return (
    <details className="group">
      <summary className="flex h-7 w-fit cursor-pointer list-none items-center gap-1 rounded text-sm text-text-2 hover:text-text [&::-webkit-details-marker]:hidden">
        <ChevronRight aria-hidden className="size-4 transition-transform group-open:rotate-90" />
        {t('more')}
      </summary>
      <div className="mt-2">
        <Fields>{children}</Fields>
      </div>
    </details>
  );
}
