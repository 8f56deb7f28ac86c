import { Button, buttonClass, PageHeader } from '@massif/ui';
import { getRouteApi, Link } from '@tanstack/react-router';
import { ArrowUp, Plus } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { useTranslations } from 'use-intl';
import { useMay } from '../../api/session.ts';
import { Failure } from '../../shell/failure.tsx';
import { Page } from '../../shell/page.tsx';
import { JobsEmpty } from './empty.tsx';
import { JobFilters } from './filters.tsx';
import { isFiltered } from './search.ts';
import { JobTable } from './table.tsx';
import { useHeld } from '../../shell/use-held.ts';
import { useJobList } from './use-job-list.ts';

const route = getRouteApi('/jobs');

/** Which jobs are there, and how are they? */
export function JobsPage() {
  const t = useTranslations('jobs');
  const search = route.useSearch();
  const maySubmit = useMay('jobs:write');
  const table = useRef<HTMLTableElement>(null);
  const isHeld = useHeld(table);
  const isAtTop = useIsAtTop();
  const list = useJobList(search, isAtTop && !isHeld && search.order !== 'oldest');
  const { window: rows, arrived, error } = list;
  // Not one job: nothing to narrow down, and one way on.
  const isEmpty = rows.total === 0 && !isFiltered(search);
  const show = () => {
    window.scrollTo({ top: 0 });
    list.refresh();
  };
  return (
    <Page title={t('title')}>
      <PageHeader
        title={t('title')}
        actions={
          maySubmit &&
          !isEmpty && (
            <Link to="/new" className={buttonClass({ variant: 'primary' })}>
              <Plus aria-hidden className="-ml-0.5 size-4" />
              {t('newJob')}
            </Link>
          )
        }
      />
      {!isEmpty && <JobFilters search={search} counts={list.counts} total={rows.total} />}
      {error && rows.total === null ? (
        <Failure error={error} retry={list.refresh} />
      ) : rows.total === 0 ? (
        <JobsEmpty search={search} />
      ) : (
        <div className="relative min-w-0">
          {arrived > 0 && (
            <div className="pointer-events-none sticky top-10 z-20 -mb-8 flex h-8 translate-y-11 justify-center">
              <Button variant="primary" size="sm" icon={ArrowUp} onClick={show} className="pointer-events-auto shadow-pop">
                {t('arrived', { count: arrived })}
              </Button>
            </div>
          )}
          <JobTable ref={table} list={list} order={search.order} />
          {error && (
            <div className="sticky bottom-4 z-20 mx-4 mt-4 rounded-lg border border-line bg-surface shadow-pop sm:w-fit">
              <Failure error={error} retry={list.refresh} compact />
            </div>
          )}
        </div>
      )}
    </Page>
  );
}

/** Whether the page has not been scrolled. */
function useIsAtTop(): boolean {
  const [isAtTop, setIsAtTop] = useState(true);
  useEffect(() => {
    const read = () => setIsAtTop(window.scrollY < 8);
    read();
    // Before the rows are changed for the scroll: after that the browser would have to lay them out to tell.
    const options = { passive: true, capture: true };
    window.addEventListener('scroll', read, options);
    return () => window.removeEventListener('scroll', read, options);
  }, []);
  return isAtTop;
}
