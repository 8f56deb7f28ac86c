import { LineChart, seriesOf, Skeleton, type ChartLine, type Range } from '@massif/ui';
import { useQuery } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { useTranslations } from 'use-intl';
import { deviceUsageQuery } from '../../api/queries.ts';
import { useFormat } from '../../i18n/format.ts';
import { Failure } from '../../shell/failure.tsx';

const height = 140;
/** As high as the chart with what stands around it. */
export const hourClass = 'h-50';

/** What a device did in the last hour. */
export function DeviceHour({ id, memoryBytes }: { id: string; memoryBytes: number }) {
  const t = useTranslations('cluster.device');
  const format = useFormat();
  const [range, setRange] = useState<Range | null>(null);
  const usage = useQuery(deviceUsageQuery(id));
  const lines = useMemo((): ChartLine[] | undefined => {
    if (!usage.data) return undefined;
    const source = seriesOf({
      time: usage.data.times.map((time) => Date.parse(time)),
      busy: usage.data.busy,
      memory: usage.data.memoryBytes.map((bytes) => (bytes === null ? null : bytes / memoryBytes)),
    });
    return [
      { id: 'busy', label: t('busy'), source, x: 'time', y: 'busy', color: 1, area: 0.15 },
      { id: 'memory', label: t('memory'), source, x: 'time', y: 'memory', color: 2 },
    ];
  }, [usage.data, memoryBytes, t]);
  if (usage.isError && !lines) return <Failure error={usage.error} retry={() => void usage.refetch()} compact />;
  if (!lines) return <Skeleton className={hourClass} />;
  const measured = usage.data?.busy.some((share) => share !== null) ?? false;
  return (
    <LineChart
      title={t('lastHour')}
      lines={lines}
      xLabel={t('time')}
      time
      formatX={format.clock}
      formatY={(share) => format.percent(share)}
      formatTick={(share) => format.percent(share, 0)}
      yFrom={0}
      yTo={1}
      height={height}
      range={range}
      onRangeChange={setRange}
      empty={measured ? undefined : t('notYet')}
    />
  );
}
