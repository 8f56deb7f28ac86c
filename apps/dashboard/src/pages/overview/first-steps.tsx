import { buttonClass, Card, CommandLine } from '@massif/ui';
import { Link } from '@tanstack/react-router';
import { Plus } from 'lucide-react';
import { useTranslations } from 'use-intl';

/** A fresh installation: what to do next, here or in a terminal. */
export function FirstSteps() {
  const t = useTranslations('overview.first');
  return (
    <Card className="flex flex-col gap-6 p-6 lg:flex-row lg:items-center lg:gap-12">
      <div className="flex max-w-lg flex-1 flex-col items-start gap-3">
        <h2 className="text-lg font-semibold">{t('title')}</h2>
        <p className="text-text-2">{t('text')}</p>
        <Link to="/new" search={{ template: 'moby-dick' }} className={buttonClass({ variant: 'primary' })}>
          <Plus aria-hidden className="-ml-0.5 size-4" />
          {t('action')}
        </Link>
      </div>
      <div className="flex min-w-0 flex-1 flex-col gap-2">
        <p className="text-sm text-text-2">{t('terminal')}</p>
        <CommandLine command="massif example moby-dick > job.yaml" />
        <CommandLine command="massif submit -f job.yaml --follow" />
      </div>
    </Card>
  );
}
