import type { Attempt, Job } from '@massif/contracts';
import { Select } from '@massif/ui';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useTranslations } from 'use-intl';
import { curl, shellQuote } from '../../../shell/commands.ts';
import { CopyAsCommand } from '../../../shell/copy-as-command.tsx';
import { SearchField } from '../../../shell/search-field.tsx';
import { attemptsQuery } from '../../../api/queries.ts';
import type { JobSearch } from '../search.ts';
import type { LogFilter } from './book.ts';
import { LogView } from './log-view.tsx';

const route = getRouteApi('/jobs/$id');

/** What the ranks and the supervisor of a job wrote. */
export function LogsTab({ job }: { job: Job }) {
  const t = useTranslations('job.logs');
  const { rank, attempt, find } = route.useSearch();
  const navigate = route.useNavigate();
  const go = (change: JobSearch) => void navigate({ search: (before) => ({ ...before, ...change }), replace: true, resetScroll: false });
  const { data: attempts } = useQuery(attemptsQuery(job.id));
  const filter: LogFilter = { rank, attempt, search: find };
  return (
    <div className="flex min-w-0 flex-col gap-3">
      <search className="flex flex-wrap items-center gap-2">
        <SearchField
          label={t('find')}
          className="w-full sm:w-72"
          value={find ?? ''}
          onSearch={(text) => go({ find: text === '' ? undefined : text })}
        />
        <Select
          compact
          aria-label={t('rank')}
          value={rank === undefined ? 'all' : String(rank)}
          onValueChange={(value) => go({ rank: value === 'all' ? undefined : Number(value) })}
          options={[
            { value: 'all', label: t('allRanks') },
            { value: '-1', label: t('supervisor') },
            ...ranksOf(attempts?.items ?? []).map((number) => ({ value: String(number), label: t('rankNumber', { rank: number }) })),
          ]}
        />
        {job.attempt > 1 && (
          <Select
            compact
            aria-label={t('attempt')}
            value={attempt === undefined ? 'all' : String(attempt)}
            onValueChange={(value) => go({ attempt: value === 'all' ? undefined : Number(value) })}
            options={[
              { value: 'all', label: t('allAttempts') },
              ...Array.from({ length: job.attempt }, (_, index) => ({
                value: String(index + 1),
                label: t('attemptNumber', { number: index + 1 }),
              })),
            ]}
          />
        )}
        <span className="ml-auto">
          <CopyAsCommand what={t('read')} commands={commandsOf(job.id, filter)} />
        </span>
      </search>
      <LogView key={JSON.stringify([rank, attempt, find])} job={job} filter={filter} />
    </div>
  );
}

function ranksOf(attempts: readonly Attempt[]): number[] {
  return [...new Set(attempts.flatMap(({ ranks }) => ranks.map(({ rank }) => rank)))].toSorted((a, b) => a - b);
}

function commandsOf(id: string, { rank, attempt, search }: LogFilter) {
  const options = [
    ...(rank === undefined ? [] : ['--rank', String(rank)]),
    ...(attempt === undefined ? [] : ['--attempt', String(attempt)]),
    ...(search === undefined ? [] : ['--search', shellQuote(search)]),
  ];
  const query = new URLSearchParams({
    tail: 'true',
    ...(rank !== undefined && { rank: String(rank) }),
    ...(attempt !== undefined && { attempt: String(attempt) }),
    ...(search !== undefined && { search }),
  });
  return { cli: ['massif', 'logs', id, '-f', ...options].join(' '), rest: curl('GET', `jobs/${id}/logs?${query.toString()}`) };
}
