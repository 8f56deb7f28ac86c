import { TabList, tabClass } from '@massif/ui';
import { Link } from '@tanstack/react-router';
import { useTranslations } from 'use-intl';
import { jobTabs, type JobTab } from './search.ts';

export function JobTabs({ current }: { current: JobTab }) {
  const t = useTranslations('job');
  return (
    <TabList label={t('parts')}>
      {jobTabs.map((tab) => (
        <Link
          key={tab}
          from="/jobs/$id"
          to="."
          search={(before) => ({ ...before, tab: tab === 'overview' ? undefined : tab })}
          resetScroll={false}
          activeOptions={{ exact: true, includeSearch: true }}
          // The router compares whole addresses; which tab it is does not depend on where the charts are zoomed to.
          activeProps={{ 'aria-current': undefined }}
          aria-current={tab === current ? 'page' : undefined}
          className={tabClass}
        >
          {t(`tabs.${tab}`)}
        </Link>
      ))}
    </TabList>
  );
}
