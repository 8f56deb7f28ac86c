import { cx, PageHeader, Skeleton, type HeatData } from '@massif/ui';
import { getRouteApi } from '@tanstack/react-router';
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

const gridClass = 'grid grid-cols-[minmax(0,1fr)] items-start gap-5 xl:grid-cols-[minmax(0,1fr)_22rem] xl:grid-rows-[auto_1fr]';

/**
 * Where there is no room beside the map, the chosen device lies over the lower edge of the window: below a map that fills the screen nobody
 * would see it. What is below can be scrolled out from under it (`data-sheet`: also by the focus).
 */
const sheetClass =
  'max-xl:fixed max-xl:inset-x-0 max-xl:bottom-0 max-xl:z-20 max-xl:max-h-[60dvh] max-xl:overflow-y-auto max-xl:rounded-t-lg max-xl:shadow-pop max-xl:lg:left-54';

/** Which device is in trouble? */
export function ClusterPage() {
  const t = useTranslations('cluster');
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const { heat, loading } = useHeat();
  useHeatFrames(heat);
  const pinned = parseDevicePlace(search.device);
  const change = (next: ClusterSearch) => void navigate({ search: { ...search, ...next }, replace: true, resetScroll: false });
  return (
    <Page title={t('title')}>
      <PageHeader title={t('title')} description={loading ? <Skeleton className="my-1 h-3 w-72" /> : <Summary heat={heat} />} />
      <div className={cx(gridClass, pinned && 'max-xl:pb-[60dvh]')}>
        <DeviceMap
          heat={heat}
          loading={loading}
          metric={search.metric ?? 'busy'}
          onMetricChange={(metric) => change({ metric: metric === 'busy' ? undefined : metric })}
          pinned={pinned}
          onPin={(device) => change({ device: device && formatDevicePlace(device) })}
        />
        <div data-sheet={pinned ? '' : undefined} className={cx('xl:sticky xl:top-5 xl:row-span-2', pinned && sheetClass)}>
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
  const [devices, used, unhealthy] = [heat.state.length, sum('allocated'), sum('unhealthy')];
  return t('summary', { nodes: heat.nodes.length, devices, used, free: devices - used - unhealthy, unhealthy });
}
