import { jobKinds, jobStates, type JobState } from '@massif/contracts';
import { cx, LinkLine, Select } from '@massif/ui';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { useTranslations } from 'use-intl';
import { queuesQuery } from '../../api/queries.ts';
import { useFormat } from '../../i18n/format.ts';
import { SearchField } from '../../shell/search-field.tsx';
import { hasGroup, stateGroups, toggleGroup, type JobsSearch } from './search.ts';

interface JobFiltersProps {
  search: JobsSearch;
  counts: Partial<Record<JobState, number>> | undefined;
  total: number | null;
}

const any = '';

/** What the list is narrowed down to: all of it is in the address. */
export function JobFilters({ search, counts, total }: JobFiltersProps) {
  const t = useTranslations('jobs');
  const format = useFormat();
  const navigate = useNavigate({ from: '/jobs' });
  // What is typed comes a little later: it changes the address as it is by then.
  const go = (change: JobsSearch) => void navigate({ to: '/jobs', search: (now) => ({ ...now, ...change }), replace: true });
  const { data: queues } = useQuery(queuesQuery);
  const countOf = (states: readonly JobState[]) => counts && states.reduce((sum, state) => sum + (counts[state] ?? 0), 0);
  return (
    <search className="flex flex-col gap-3">
      <LinkLine label={t('byState')} className="-mx-4 gap-1.5 px-4 py-0.5 lg:mx-0 lg:flex-wrap lg:px-0.5">
        <Chip search={{ ...search, state: undefined }} isOn={search.state === undefined} label={t('all')} count={countOf(jobStates)} />
        {stateGroups.map(({ name, states }) => (
          <Chip
            key={name}
            search={toggleGroup(search, name)}
            isOn={hasGroup(search, name)}
            label={t(`groups.${name}`)}
            count={countOf(states)}
          />
        ))}
      </LinkLine>
      <div className="flex flex-wrap items-center gap-2">
        <SearchField
          label={t('search')}
          className="w-full sm:w-72"
          value={search.search ?? ''}
          onSearch={(text) => go({ search: text === '' ? undefined : text })}
        />
        <Select
          compact
          aria-label={t('kind')}
          value={search.kind ?? any}
          onValueChange={(kind) => go({ kind: kind === any ? undefined : kind })}
          options={[{ value: any, label: t('anyKind') }, ...jobKinds.map((kind) => ({ value: kind, label: t(`kinds.${kind}`) }))]}
        />
        <Select
          compact
          aria-label={t('queue')}
          value={search.queue ?? any}
          onValueChange={(queue) => go({ queue: queue === any ? undefined : queue })}
          options={[{ value: any, label: t('anyQueue') }, ...(queues?.items ?? []).map(({ name }) => ({ value: name, label: name }))]}
        />
        <Select
          compact
          aria-label={t('order')}
          value={search.order ?? 'newest'}
          onValueChange={(order) => go({ order: order === 'oldest' ? order : undefined })}
          options={[
            { value: 'newest', label: t('newestFirst') },
            { value: 'oldest', label: t('oldestFirst') },
          ]}
        />
        <output className="ml-auto text-sm text-text-2">
          {total === null ? '' : t('count', { count: total, shown: format.integer(total) })}
        </output>
      </div>
    </search>
  );
}

function Chip({ search, isOn, label, count }: { search: JobsSearch; isOn: boolean; label: string; count: number | undefined }) {
  const format = useFormat();
  return (
    <Link
      to="/jobs"
      search={search}
      replace
      // Else the router takes the link to all jobs for the current one, whatever is chosen.
      activeOptions={{ exact: true }}
      aria-current={isOn ? 'true' : undefined}
      className={cx(
        'inline-flex h-7 shrink-0 items-center gap-1.5 rounded-full border px-3 text-sm',
        isOn ? 'border-accent bg-accent-soft text-accent' : 'border-line-strong bg-surface text-text-2 hover:bg-hover',
      )}
    >
      {label}
      <span className={cx('min-w-4 text-right text-xs', isOn ? 'text-accent' : 'text-text-3')}>{format.integer(count)}</span>
    </Link>
  );
}
