import type { Usage } from '@massif/contracts';
import { Card, Segmented, seriesOf, useNow, UtilisationBand, type Range } from '@massif/ui';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useMemo } from 'react';
import { useTranslations } from 'use-intl';
import { usageQuery } from '../../api/queries.ts';
import { useFormat } from '../../i18n/format.ts';
import { Failure } from '../../shell/failure.tsx';
import { UtilisationSkeleton } from './utilisation-skeleton.tsx';
import { formatZoom, parseZoom, periodHours, periodOf, periods, type OverviewSearch } from './search.ts';

const route = getRouteApi('/');

/** What devices did, and who waited meanwhile: over a day, or since the cluster is there. */
export function Utilisation() {
  const t = useTranslations('overview.utilisation');
  const format = useFormat();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const nowMs = useNow();
  const day = useQuery(usageQuery(24));
  const period = search.period ?? (day.data ? periodOf(day.data, nowMs) : '24h');
  const usage = useQuery(usageQuery(periodHours[period]));
  const zoom = useMemo((): Range | null => parseZoom(search.zoom) ?? null, [search.zoom]);
  const change = (next: OverviewSearch) => void navigate({ search: { ...search, ...next }, replace: true, resetScroll: false });
  const source = useMemo(() => usage.data && sourceOf(usage.data), [usage.data]);
  const words = {
    time: t('time'),
    devices: t('devices'),
    allocated: t('allocated'),
    busy: t('busy'),
    useful: t('useful'),
    queued: t('queued'),
  };
  if (!source && !usage.isError) return <UtilisationSkeleton />;
  return (
    <Card>
      {!source ? (
        <Failure error={usage.error} retry={() => void usage.refetch()} compact />
      ) : (
        <UtilisationBand
          source={source}
          title={t('title')}
          description={t('description')}
          level={2}
          words={words}
          formatTime={(timeMs) => format.clock(timeMs)}
          // Averages over the time from one point to the next.
          formatDevices={(count) => t('deviceCount', { count: Math.round(count) })}
          formatJobs={(count) => t('jobCount', { count: Math.round(count) })}
          formatShare={(share) => format.percent(share)}
          formatCount={format.countTick}
          actions={
            <Segmented
              label={t('period')}
              value={period}
              onValueChange={(next) => change({ period: next, zoom: undefined })}
              options={periods.map((value) => ({ value, label: t(`periods.${value}`) }))}
            />
          }
          range={zoom}
          onRangeChange={(next) => change({ zoom: next ? formatZoom(next) : undefined })}
        />
      )}
    </Card>
  );
}

/** Up to the last point that was measured: the one after it is still to come. */
function sourceOf({ times, devices, allocated, busy, useful, queued }: Usage) {
  const end = devices.findLastIndex((count) => count !== null) + 1 || times.length;
  const cut = <Value,>(column: readonly Value[]) => column.slice(0, end);
  return seriesOf({
    time: cut(times).map((time) => Date.parse(time)),
    devices: cut(devices),
    allocated: cut(allocated),
    busy: cut(busy),
    useful: cut(useful),
    queued: cut(queued),
  });
}
