import type { Device, Node } from '@massif/contracts';
import {
  quietLinkClass,
  Section,
  SkeletonRows,
  Table,
  TableBody,
  TableCell,
  TableHead,
  TableHeaderCell,
  TableRow,
  type HeatData,
} from '@massif/ui';
import { Link } from '@tanstack/react-router';
import { useTranslations } from 'use-intl';
import { moveInRows } from '../../shell/row-keys.ts';
import { JobOfDevice } from '../cluster/device-facts.tsx';
import { formatDevicePlace } from '../cluster/device-place.ts';
import { DeviceStateBadge } from '../cluster/node-state.tsx';
import { ShareBar } from '../cluster/share-bar.tsx';
import { useDevice } from '../cluster/use-device.ts';

interface NodeDevicesProps {
  /** Undefined while it is on its way; `rows` are shown meanwhile. */
  node: Node | undefined;
  rows: number;
  heat: HeatData;
  /** Whether their use is still to come. */
  loading: boolean;
}

/** The devices of a node, live. */
export function NodeDevices({ node, rows, heat, loading }: NodeDevicesProps) {
  const t = useTranslations('node');
  const device = useTranslations('cluster.device');
  return (
    <Section title={t('devices')} card="flush">
      <Table label={t('devices')}>
        <TableHead>
          <tr>
            <TableHeaderCell>{t('device')}</TableHeaderCell>
            <TableHeaderCell>{device('state')}</TableHeaderCell>
            <TableHeaderCell>{device('job')}</TableHeaderCell>
            <TableHeaderCell numeric>{device('busy')}</TableHeaderCell>
            <TableHeaderCell numeric className="max-sm:hidden">
              {device('memory')}
            </TableHeaderCell>
          </tr>
        </TableHead>
        <TableBody onKeyDown={moveInRows}>
          {node ? (
            node.devices.map((each) => <DeviceRow key={each.id} device={each} heat={heat} loading={loading} />)
          ) : (
            <SkeletonRows rows={rows} columns={5} />
          )}
        </TableBody>
      </Table>
    </Section>
  );
}

function DeviceRow({ device, heat, loading }: Pick<NodeDevicesProps, 'heat' | 'loading'> & { device: Device }) {
  const t = useTranslations('cluster.device');
  const now = useDevice(heat, { node: device.node, index: device.index });
  return (
    <TableRow interactive>
      <TableCell className="whitespace-nowrap">
        <Link
          to="/cluster"
          search={{ device: formatDevicePlace(device) }}
          className={quietLinkClass}
          aria-label={t('title', { node: device.node, index: device.index })}
        >
          {device.index}
        </Link>
        <span className="ml-2 text-text-3 max-sm:hidden">{device.type}</span>
      </TableCell>
      <TableCell>
        <DeviceStateBadge state={now?.state ?? device.state} />
      </TableCell>
      <TableCell className="max-sm:w-full max-sm:max-w-0 sm:min-w-40">
        {device.job ? <JobOfDevice id={device.job} /> : t('noJob')}
      </TableCell>
      <TableCell numeric>
        <ShareBar value={loading ? undefined : (now?.busy ?? null)} numberOnNarrow />
      </TableCell>
      <TableCell numeric className="max-sm:hidden">
        <ShareBar value={loading ? undefined : (now?.memory ?? null)} />
      </TableCell>
    </TableRow>
  );
}
