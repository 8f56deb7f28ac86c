import { Card, HeatMap, Segmented, Skeleton, type HeatData, type HeatMetric } from '@massif/ui';
import { useQuery } from '@tanstack/react-query';
import { useTranslations } from 'use-intl';
import { deviceStateOf, shareOf } from '../../api/live/heat.ts';
import { overviewQuery } from '../../api/queries.ts';
import { useFormat } from '../../i18n/format.ts';
import { placeInHeat, type DevicePlace } from './device-place.ts';
import { heatMetrics } from './search.ts';

/** So many lie in one or two rows of the map. */
const fewDevices = 16;

interface Props {
  heat: HeatData;
  /** While it is on its way. */
  loading: boolean;
  metric: HeatMetric;
  onMetricChange: (metric: HeatMetric) => void;
  pinned: DevicePlace | undefined;
  onPin: (device: DevicePlace | undefined) => void;
}

/** Every device as a cell, by rack and node. */
export function DeviceMap({ heat, loading, metric, onMetricChange, pinned, onPin }: Props) {
  const t = useTranslations('cluster.map');
  const device = useTranslations('cluster.device');
  const nodes = useTranslations('cluster.nodes');
  const states = useTranslations('cluster.deviceStates');
  const format = useFormat();
  const devices = useQuery(overviewQuery).data?.devices.total;
  const percent = (value: number) => format.percent(value / 100, 0);
  const place = pinned && placeInHeat(heat, pinned);
  const describe = (at: number) => {
    const { node, device: index } = heat.locate(at);
    return {
      title: device('title', { node: node.name, index }),
      facts: [
        [node.type, node.rack].filter(Boolean).join(' · '),
        states(deviceStateOf(heat.state[at]!)),
        t('fact', { name: t('metrics.busy'), value: format.percent(shareOf(heat.busy[at]!), 0) }),
        t('fact', { name: t('metrics.memory'), value: format.percent(shareOf(heat.memory[at]!), 0) }),
      ],
    };
  };
  return (
    <Card>
      {loading ? (
        <Skeleton className={devices === undefined || devices <= fewDevices ? 'h-22' : 'h-80'} />
      ) : (
        <HeatMap
          title={t('title')}
          level={2}
          data={heat}
          metric={metric}
          words={{
            metric: t(`metrics.${metric}`),
            allocated: states('allocated'),
            idle: (share) => t('idle', { share }),
            free: states('free'),
            notMeasured: t('notMeasured'),
            unhealthy: states('unhealthy'),
            cordonedNode: t('cordonedNode'),
            unhealthyNode: t('unhealthyNode'),
            help: t('help'),
            node: nodes('name'),
            rack: nodes('rack'),
            devices: t('title'),
            busy: nodes('busy'),
            memory: nodes('memory'),
          }}
          formatPercent={percent}
          describe={describe}
          pinned={place ?? null}
          onPin={(at) => {
            if (at === null) return onPin(undefined);
            const { node, device: index } = heat.locate(at);
            onPin({ node: node.name, index });
          }}
          actions={
            <Segmented
              label={t('metric')}
              value={metric}
              onValueChange={onMetricChange}
              options={heatMetrics.map((value) => ({ value, label: t(`metrics.${value}`) }))}
            />
          }
        />
      )}
    </Card>
  );
}
