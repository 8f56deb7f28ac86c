import { PageHeader, Skeleton, type HeatData } from '@massif/ui';
import { getRouteApi } from '@tanstack/react-router';
import { useRef } from 'react';
import { useTranslations } from 'use-intl';
import { nodeUse, placesOf } from '../../api/live/heat.ts';
import { useHeat, useHeatFrames } from '../../api/live/live.tsx';
import { Page } from '../../shell/page.tsx';
import { DeviceMap } from './device-map.tsx';
import { DevicePanel } from './device-panel.tsx';
import { formatDevicePlace, parseDevicePlace } from './device-place.ts';
import { Nodes } from './nodes.tsx';
import type { ClusterSearch } from './search.ts';

const route = getRouteApi('/cluster');

/** Which device is in trouble? */
export function ClusterPage() {
  const t = useTranslations('cluster');
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const { heat, loading } = useHeat();
  useHeatFrames(heat);
  const panel = useRef<HTMLDivElement>(null);
  const pinned = parseDevicePlace(search.device);
  const change = (next: ClusterSearch) => void navigate({ search: { ...search, ...next }, replace: true, resetScroll: false });
  return (
    <Page title={t('title')}>
      <PageHeader title={t('title')} description={loading ? <Skeleton className="my-1 h-3 w-72" /> : <Summary heat={heat} />} />
      <div className="grid grid-cols-[minmax(0,1fr)] items-start gap-5 xl:grid-cols-[minmax(0,1fr)_22rem] xl:grid-rows-[auto_1fr]">
        <DeviceMap
          heat={heat}
          loading={loading}
          metric={search.metric ?? 'busy'}
          onMetricChange={(metric) => change({ metric: metric === 'busy' ? undefined : metric })}
          pinned={pinned}
          onPin={(device) => {
            change({ device: device && formatDevicePlace(device) });
            // Below a map that fills the screen nobody would see it.
            if (device) requestAnimationFrame(() => panel.current?.scrollIntoView({ block: 'nearest' }));
          }}
        />
        <div ref={panel} className="scroll-mb-4 xl:sticky xl:top-5 xl:row-span-2">
          <DevicePanel heat={heat} loading={loading} pinned={pinned} onUnpin={() => change({ device: undefined })} />
        </div>
        <Nodes heat={heat} loading={loading} />
      </div>
    </Page>
  );
}

function Summary({ heat }: { heat: HeatData }) {
  const t = useTranslations('cluster');
  const uses = placesOf(heat).map((node) => nodeUse(heat, node));
  const sum = (of: 'allocated' | 'unhealthy') => uses.reduce((total, use) => total + use[of], 0);
  return t('summary', { nodes: heat.nodes.length, devices: heat.state.length, used: sum('allocated'), unhealthy: sum('unhealthy') });
}
