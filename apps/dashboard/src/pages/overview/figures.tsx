import type { JobState, Overview } from '@massif/contracts';
import { Card, Skeleton, Stat } from '@massif/ui';
import { useTranslations } from 'use-intl';
import { useFormat } from '../../i18n/format.ts';

/** States of a job that holds devices, and of one that waits for them. */
export const holdingStates = ['admitted', 'launching', 'running', 'recovering'] as const satisfies readonly JobState[];
export const waitingStates = ['submitted', 'planned', 'queued'] as const satisfies readonly JobState[];

/** The big numbers. */
export function Figures({ overview }: { overview: Overview | undefined }) {
  const t = useTranslations('overview.figures');
  const format = useFormat();
  const jobsIn = (states: readonly JobState[]) => states.reduce((sum, state) => sum + (overview?.jobs[state] ?? 0), 0);
  const figure = (label: string, value: string | null, hint: string) => (
    <Stat size="lg" label={label} value={overview ? value : <Skeleton className="my-1 h-5 w-16" />} hint={overview ? hint : '\u00a0'} />
  );
  const { devices, nodes, busy = null, useful = null } = overview ?? {};
  return (
    <Card className="grid grid-cols-2 gap-x-6 gap-y-5 md:grid-cols-3 xl:grid-cols-6">
      {figure(t('busy'), busy === null ? null : format.percent(busy), busy === null ? t('notMeasured') : t('busyHint'))}
      {figure(t('useful'), useful === null ? null : format.percent(useful), useful === null ? t('notMeasured') : t('usefulHint'))}
      {figure(
        t('allocated'),
        `${format.integer(devices?.allocated)} / ${format.integer(devices?.total)}`,
        devices && devices.unhealthy > 0 ? t('unhealthy', { count: devices.unhealthy }) : t('free', { count: devices?.free ?? 0 }),
      )}
      {figure(t('running'), format.integer(jobsIn(holdingStates)), t('runningHint', { count: overview?.jobs.recovering ?? 0 }))}
      {figure(t('waiting'), format.integer(jobsIn(waitingStates)), t('waitingHint'))}
      {figure(
        t('nodes'),
        `${format.integer(nodes?.ready)} / ${format.integer(nodes?.total)}`,
        nodes && nodes.ready < nodes.total ? t('nodesAway', { count: nodes.total - nodes.ready }) : t('nodesReady'),
      )}
    </Card>
  );
}
