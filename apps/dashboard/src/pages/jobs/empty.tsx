import { buttonClass, EmptyState } from '@massif/ui';
import { Link } from '@tanstack/react-router';
import { ListTree, SearchX } from 'lucide-react';
import { useTranslations } from 'use-intl';
import { isFiltered, type JobsSearch } from './search.ts';

/** No jobs yet, or none of those that were asked for; either way the next step. */
export function JobsEmpty({ search }: { search: JobsSearch }) {
  const t = useTranslations('jobs.empty');
  if (isFiltered(search))
    return (
      <EmptyState
        icon={SearchX}
        title={t('noneMatch')}
        action={
          <Link to="/jobs" search={{}} className={buttonClass()}>
            {t('showAll')}
          </Link>
        }
      />
    );
  return (
    <EmptyState
      icon={ListTree}
      title={t('none')}
      text={t('noneText')}
      action={
        <Link to="/new" className={buttonClass({ variant: 'primary' })}>
          {t('fromTemplate')}
        </Link>
      }
      command="massif example moby-dick > job.yaml && massif submit -f job.yaml --follow"
    />
  );
}
