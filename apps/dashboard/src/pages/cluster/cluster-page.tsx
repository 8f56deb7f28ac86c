import { PageHeader } from '@massif/ui';
import { getRouteApi } from '@tanstack/react-router';
import { useTranslations } from 'use-intl';
import { useHeat, useHeatVersion } from '../../api/live/live.tsx';
import { Page } from '../../shell/page.tsx';
import { DevicePanel } from './device-panel.tsx';
import { parseDevicePlace } from './device-place.ts';
import { Nodes } from './nodes.tsx';

const route = getRouteApi('/cluster');

/** Which device is in trouble? */
export function ClusterPage() {
  const t = useTranslations('cluster');
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const heat = useHeat();
  const loading = useHeatVersion(heat) === 0;
  const pinned = parseDevicePlace(search.device);
  const pin = (device: string | undefined) => void navigate({ search: { ...search, device }, replace: true, resetScroll: false });
  return (
    <Page title={t('title')}>
      <PageHeader title={t('title')} />
      <DevicePanel heat={heat} loading={loading} pinned={pinned} onUnpin={() => pin(undefined)} />
      <Nodes heat={heat} loading={loading} />
    </Page>
  );
}
