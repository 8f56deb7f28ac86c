import { PageHeader, Skeleton } from '@massif/ui';
import { getRouteApi } from '@tanstack/react-router';
import { useTranslations } from 'use-intl';
import { Failure } from '../../shell/failure.tsx';
import { Page } from '../../shell/page.tsx';
import { sourceOf } from './search.ts';
import { Templates } from './templates.tsx';
import { useBeginning } from './use-beginning.ts';
import { Workbench } from './workbench.tsx';

const route = getRouteApi('/new');

/** What will I get for what I pay? */
export function NewJobPage() {
  const t = useTranslations('newJob');
  const search = route.useSearch();
  const { draft, error, retry } = useBeginning(search);
  return (
    <Page title={t('title')}>
      <PageHeader title={t('title')} />
      <Templates />
      {error ? (
        <Failure error={error} retry={retry} />
      ) : draft ? (
        <Workbench key={sourceOf(search)} source={sourceOf(search)} begin={draft} />
      ) : (
        <Skeleton className="h-[60vh] rounded-lg" />
      )}
    </Page>
  );
}
