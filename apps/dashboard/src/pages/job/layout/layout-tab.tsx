import { isTerminal, type Attempt, type Job, type Layout } from '@massif/contracts';
import {
  EmptyState,
  linkClass,
  Select,
  Skeleton,
  Table,
  TableBody,
  TableCell,
  TableHead,
  TableHeaderCell,
  TableRow,
  useNow,
} from '@massif/ui';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { Network } from 'lucide-react';
import { useTranslations } from 'use-intl';
import { useFormat } from '../../../i18n/format.ts';
import { GangPicture } from '../../../plan/gang-picture.tsx';
import { Failure } from '../../../shell/failure.tsx';
import { attemptsQuery } from '../../../api/queries.ts';
import { RankState } from './rank-state.tsx';

const route = getRouteApi('/jobs/$id');

/** Ranks tell how far they are; while they run it is asked for every so often. */
const refreshMs = 2000;

/** Where the gang runs: each rank on its device, and how it is. */
export function LayoutTab({ job }: { job: Job }) {
  const t = useTranslations('job.layout');
  const { attempt: chosen } = route.useSearch();
  const navigate = route.useNavigate();
  const { data, error, refetch } = useQuery({ ...attemptsQuery(job.id), refetchInterval: isTerminal(job.state) ? false : refreshMs });
  if (error && !data) return <Failure error={error} retry={() => void refetch()} />;
  if (!data) return <Skeleton className="h-96 w-full rounded-lg" />;
  const attempt = data.items.find(({ number }) => number === chosen) ?? data.items[0];
  if (!attempt) return <EmptyState icon={Network} title={t('none')} text={t('noneText')} />;
  return (
    <div className="flex min-w-0 flex-col gap-4">
      {data.items.length > 1 && (
        <Select
          compact
          className="self-start"
          aria-label={t('attempt')}
          value={String(attempt.number)}
          onValueChange={(value) =>
            void navigate({ search: (before) => ({ ...before, attempt: Number(value) }), replace: true, resetScroll: false })
          }
          options={data.items.map(({ number }) => ({ value: String(number), label: t('attemptNumber', { number }) }))}
        />
      )}
      {attempt.resumedFromStep !== null && <p className="text-sm text-text-2">{t('resumed', { step: attempt.resumedFromStep })}</p>}
      {job.plan && attempt.ranks.length > 0 && <Gang attempt={attempt} layout={job.plan.layout} />}
      <Ranks attempt={attempt} />
    </div>
  );
}

/** A rank that was not heard of again is as its attempt has ended. */
function stateOf(state: string, attempt: Attempt): string {
  const hasEnded = attempt.endedAt !== null || attempt.state === 'succeeded';
  if (!hasEnded || (state !== 'running' && state !== 'starting')) return state;
  // Where it is known with which one a failure began, the others were stopped because of it.
  return attempt.state === 'failed' && attempt.ranks.some((rank) => rank.state === 'failed') ? 'stopped' : attempt.state;
}

/** The states of a rank as the picture knows them. */
function drawnState(state: string): 'starting' | 'running' | 'lost' | 'failed' | 'ended' {
  return state === 'starting' || state === 'running' || state === 'failed' || state === 'lost' ? state : 'ended';
}

/** Each rank on its device; a rank that is chosen has its log one click away. */
function Gang({ attempt, layout }: { attempt: Attempt; layout: Layout }) {
  const t = useTranslations('job.layout');
  const format = useFormat();
  const now = useNow();
  const { number, endedAt } = attempt;
  const { rank: selected } = route.useSearch();
  const navigate = route.useNavigate();
  return (
    <div className="flex flex-col gap-3 rounded-lg border border-line bg-surface p-4">
      <GangPicture
        title={t('title')}
        description={endedAt === null ? undefined : t('ended', { number, time: format.stamp(endedAt, now) })}
        level={2}
        layout={layout}
        ranks={attempt.ranks.map(({ rank, node, deviceIndex, state, step }) => ({
          rank,
          node,
          device: deviceIndex ?? rank,
          state: drawnState(stateOf(state, attempt)),
          facts: step === null ? [] : [t('atStep', { step: format.integer(step) })],
        }))}
        selected={selected ?? null}
        onSelect={(rank) =>
          void navigate({ search: (before) => ({ ...before, rank: rank ?? undefined }), replace: true, resetScroll: false })
        }
      />
      {selected !== undefined && selected >= 0 && (
        <Link to="." search={(before) => ({ ...before, tab: 'logs', attempt: attempt.number })} from="/jobs/$id" className={linkClass}>
          {t('logOf', { rank: selected })}
        </Link>
      )}
    </div>
  );
}

function Ranks({ attempt }: { attempt: Attempt }) {
  const t = useTranslations('job.layout');
  const gang = useTranslations('plan.gang');
  const format = useFormat();
  return (
    <div className="overflow-hidden rounded-lg border border-line bg-surface">
      <Table label={t('ranks')} maxHeight="32rem">
        <TableHead>
          <tr>
            <TableHeaderCell>{t('rank')}</TableHeaderCell>
            <TableHeaderCell>{t('device')}</TableHeaderCell>
            <TableHeaderCell>{t('state')}</TableHeaderCell>
            <TableHeaderCell numeric>{t('step')}</TableHeaderCell>
            <TableHeaderCell numeric>{t('pid')}</TableHeaderCell>
          </tr>
        </TableHead>
        <TableBody>
          {attempt.ranks.map(({ rank, node, device, deviceIndex, state, step, pid }) => (
            <TableRow key={rank}>
              <TableCell className="tabular-nums">{rank}</TableCell>
              <TableCell>
                <Link to="/cluster/nodes/$name" params={{ name: node }} className="hover:underline">
                  {deviceIndex === null ? device : gang('device', { node, device: deviceIndex })}
                </Link>
              </TableCell>
              <TableCell>
                <RankState state={stateOf(state, attempt)} />
              </TableCell>
              <TableCell numeric>{format.integer(step)}</TableCell>
              <TableCell numeric>{pid ?? '–'}</TableCell>
            </TableRow>
          ))}
        </TableBody>
      </Table>
    </div>
  );
}
