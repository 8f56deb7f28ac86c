import { UiProvider } from '@massif/ui';
import { useMemo, type ReactNode } from 'react';
import { useMessages } from 'use-intl';
import { useFormat } from './format.ts';

/** Words and times for the components of packages/ui, which know no language. */
export function LocalizedUi({ children }: { children: ReactNode }) {
  const { ui } = useMessages();
  const format = useFormat();
  const time = useMemo(() => ({ relative: format.relative, absolute: format.time }), [format]);
  return (
    <UiProvider words={ui} time={time}>
      {children}
    </UiProvider>
  );
}
