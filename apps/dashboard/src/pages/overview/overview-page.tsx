import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useTranslations } from 'use-intl';
import { jobListQuery, overviewQuery, usageQuery } from '../../api/queries.ts';
import { useFormat } from '../../i18n/format.ts';
import { Page } from '../../shell/page.tsx';

export function OverviewPage() {
  const t = useTranslations('overview');
  const format = useFormat();
  const overview = useQuery(overviewQuery);
  const usage = useQuery(usageQuery);
  const running = useQuery(jobListQuery({ state: ['launching', 'running', 'recovering'], limit: 10 }));
  return (
    <Page title={t('title')}>
      <h1 className="text-xl font-semibold">{t('title')}</h1>
      <p>{format.percent(overview.data?.busy)}</p>
      <p>{format.integer(usage.data?.times.length)}</p>
      <h2>{t('running')}</h2>
      <ul>
        {running.data?.items.map((job) => (
          <li key={job.id}>
            <Link to="/jobs/$id" params={{ id: job.id }}>
              {job.name}
            </Link>
          </li>
        ))}
      </ul>
    </Page>
  );
}
