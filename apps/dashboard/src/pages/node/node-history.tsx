import type { Node } from '@massif/contracts';
import { Card, LineChart, seriesOf, Skeleton, type ChartLine, type Range } from '@massif/ui';
import { useQueries } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { useTranslations } from 'use-intl';
import { deviceUsageQuery } from '../../api/queries.ts';
import { useFormat } from '../../i18n/format.ts';

/** As many as there are colours that can be told apart. */
const linesMax = 8;

/** As high as the chart with what stands around it. */
const chartClass = 'h-78';

/** In its place while the node is on its way. */
export function HistorySkeleton() {
  return (
    <Card>
      <Skeleton className={chartClass} />
    </Card>
  );
}

/** What each device of a node did in the last hour. */
export function NodeHistory({ node }: { node: Node }) {
  const t = useTranslations('node');
  const device = useTranslations('cluster.device');
  const format = useFormat();
  const [range, setRange] = useState<Range | null>(null);
  const shown = node.devices.slice(0, linesMax);
  const usages = useQueries({
    queries: shown.map(({ id }) => deviceUsageQuery(id)),
    combine: (results) => results.map(({ data }) => data),
  });
  const lines = useMemo(
    () =>
      usages.flatMap((usage, place): ChartLine[] => {
        if (!usage) return [];
        const source = seriesOf({ time: usage.times.map((time) => Date.parse(time)), busy: usage.busy });
        const { index } = shown[place]!;
        return [{ id: String(index), label: t('deviceNumber', { index }), source, x: 'time', y: 'busy', color: place + 1 }];
      }),
    // oxlint-disable-next-line react/exhaustive-deps -- the devices of a node are those of its usages
    [usages, t],
  );
  const measured = usages.some((usage) => usage?.busy.some((share) => share !== null));
  return (
    <Card>
      {lines.length === 0 ? (
        <Skeleton className={chartClass} />
      ) : (
        <LineChart
          title={t('history')}
          description={node.devices.length > linesMax ? t('historySome', { count: linesMax, all: node.devices.length }) : t('historyText')}
          level={2}
          lines={lines}
          xLabel={device('time')}
          time
          formatX={format.clock}
          formatY={(share) => format.percent(share)}
          formatTick={(share) => format.percent(share, 0)}
          yFrom={0}
          yTo={1}
          height={220}
          range={range}
          onRangeChange={setRange}
          empty={measured ? undefined : device('notYet')}
        />
      )}
    </Card>
  );
}
