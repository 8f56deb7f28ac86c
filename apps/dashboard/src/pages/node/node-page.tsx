import { buttonClass, KeyValue, linkClass, PageHeader, RelativeTime, Section, SkeletonText } from '@massif/ui';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { useTranslations } from 'use-intl';
import { useHeat, useHeatFrames } from '../../api/live/live.tsx';
import { nodeQuery } from '../../api/queries.ts';
import { useFormat } from '../../i18n/format.ts';
import { Failure } from '../../shell/failure.tsx';
import { Page } from '../../shell/page.tsx';
import { NodeStateBadge } from '../cluster/node-state.tsx';
import { NodeDevices } from './node-devices.tsx';
import { HistorySkeleton, NodeHistory } from './node-history.tsx';

const route = getRouteApi('/cluster/nodes/$name');

/** What does this machine do, and is it well? */
export function NodePage() {
  const t = useTranslations('node');
  const places = useTranslations('shell.places');
  const format = useFormat();
  const { name } = route.useParams();
  const { heat, loading } = useHeat();
  useHeatFrames(heat);
  const query = useQuery(nodeQuery(name));
  const { data: node } = query;
  // The stream knows first.
  const place = heat.nodes.find((each) => each.name === name);
  const state = place?.state ?? node?.state;
  return (
    <Page title={t('title', { name })}>
      <PageHeader
        trail={
          <Link to="/cluster" className={linkClass}>
            {places('cluster')}
          </Link>
        }
        title={name}
        badge={state && <NodeStateBadge state={state} />}
      />
      {query.isError && !node ? (
        <Failure
          error={query.error}
          retry={() => void query.refetch()}
          elsewhere={
            <Link to="/cluster" className={buttonClass({ size: 'sm' })}>
              {t('toCluster')}
            </Link>
          }
        />
      ) : (
        <div className="grid items-start gap-5 xl:grid-cols-[minmax(0,2fr)_minmax(20rem,1fr)]">
          <div className="flex min-w-0 flex-col gap-5">
            <NodeDevices node={node} rows={place?.devices ?? 2} heat={heat} loading={loading} />
            {node ? <NodeHistory node={node} /> : <HistorySkeleton />}
          </div>
          <Section title={t('facts')} card>
            {node ? (
              <KeyValue
                items={[
                  { key: 'rack', label: t('rack'), value: node.rack },
                  {
                    key: 'devices',
                    label: t('devices'),
                    value: t('devicesOf', { count: node.devices.length, type: node.devices[0]?.type ?? '' }),
                  },
                  { key: 'cores', label: t('cores'), value: format.integer(node.cores) },
                  { key: 'memory', label: t('memory'), value: format.bytes(node.memoryBytes) },
                  { key: 'heartbeat', label: t('heartbeat'), value: node.heartbeatAt && <RelativeTime time={node.heartbeatAt} /> },
                  {
                    key: 'calibrated',
                    label: t('calibrated'),
                    value: node.calibratedAt ? <RelativeTime time={node.calibratedAt} /> : t('notCalibrated'),
                  },
                ]}
              />
            ) : (
              <SkeletonText lines={6} />
            )}
          </Section>
        </div>
      )}
    </Page>
  );
}
