import { linkClass, PageHeader, Skeleton } from '@massif/ui';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { useTranslations } from 'use-intl';
import { jobQuery } from '../../api/queries.ts';
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
        <>
          {search.from !== undefined && <CopiedFrom id={search.from} />}
          <Workbench key={sourceOf(search)} source={sourceOf(search)} begin={draft} />
        </>
      ) : (
        <Skeleton className="h-[60vh] rounded-lg" />
      )}
    </Page>
  );
}

/** Whose spec the draft began as. */
function CopiedFrom({ id }: { id: string }) {
  const t = useTranslations('newJob');
  const { data: job } = useQuery(jobQuery(id));
  return (
    <p className="text-sm text-text-2">
      {t.rich('copied', {
        job: job?.name ?? id,
        link: (name) => (
          <Link to="/jobs/$id" params={{ id }} className={linkClass}>
            {name}
          </Link>
        ),
      })}
    </p>
  );
}
