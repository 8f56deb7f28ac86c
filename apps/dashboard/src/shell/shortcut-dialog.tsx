import { Dialog, Kbd } from '@massif/ui';
import { Fragment } from 'react';
import { useTranslations } from 'use-intl';
import { newJobPlace, places } from './navigation.ts';

/** The list of keys. */
export function ShortcutDialog({ open, onOpenChange }: { open: boolean; onOpenChange: (open: boolean) => void }) {
  const t = useTranslations('shell');
  const go = (name: (typeof places)[number]['name'] | (typeof newJobPlace)['name']) => t('keys.go', { place: t(`places.${name}`) });
  const rows: [string, ...(readonly string[])[]][] = [
    ...places.map(({ name, key }): [string, string[]] => [go(name), ['g', key]]),
    [go(newJobPlace.name), ['g', newJobPlace.key], ['c']],
    [t('keys.search'), ['/']],
    [t('keys.rows'), ['↑', '↓']],
    [t('keys.help'), ['?']],
  ];
  return (
    <Dialog open={open} onOpenChange={onOpenChange} title={t('keys.title')} size="sm">
      <dl className="grid grid-cols-[1fr_auto] items-center">
        {rows.map(([what, ...ways]) => (
          <Fragment key={what}>
            <dt className="border-b border-line py-1.5">{what}</dt>
            <dd className="flex h-full items-center gap-1 border-b border-line">
              {ways.map((keys, index) => (
                <Fragment key={keys.join('')}>
                  {index > 0 && <span className="text-xs text-text-2">{t('keys.or')}</span>}
                  {keys.map((key) => (
                    <Kbd key={key}>{key}</Kbd>
                  ))}
                </Fragment>
              ))}
            </dd>
          </Fragment>
        ))}
      </dl>
    </Dialog>
  );
}
