import { Dialog, Kbd } from '@massif/ui';
import { Fragment } from 'react';
import { useTranslations } from 'use-intl';
import { newJobPlace, places } from './navigation.ts';

/** The list of keys. */
export function ShortcutDialog({ open, onOpenChange }: { open: boolean; onOpenChange: (open: boolean) => void }) {
  const t = useTranslations('shell');
  const rows: [string, readonly string[]][] = [
    ...[...places, newJobPlace].map(({ name, key }): [string, string[]] => [t('keys.go', { place: t(`places.${name}`) }), ['g', key]]),
    [t('places.newJob'), ['c']],
    [t('keys.search'), ['/']],
    [t('keys.rows'), ['↑', '↓']],
    [t('keys.help'), ['?']],
  ];
  return (
    <Dialog open={open} onOpenChange={onOpenChange} title={t('keys.title')} size="sm">
      <dl className="grid grid-cols-[1fr_auto] items-center">
        {rows.map(([what, keys]) => (
          <Fragment key={what + keys.join('')}>
            <dt className="border-b border-line py-1.5">{what}</dt>
            <dd className="flex h-full items-center gap-1 border-b border-line">
              {keys.map((key) => (
                <Kbd key={key}>{key}</Kbd>
              ))}
            </dd>
          </Fragment>
        ))}
      </dl>
    </Dialog>
  );
}
