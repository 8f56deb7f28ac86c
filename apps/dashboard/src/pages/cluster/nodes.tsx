import { EmptyState, Section, Select, Skeleton, type HeatData } from '@massif/ui';
import { getRouteApi } from '@tanstack/react-router';
import { ServerOff } from 'lucide-react';
import { useTranslations } from 'use-intl';
import { placesOf } from '../../api/live/heat.ts';
import { SearchField } from '../../shell/search-field.tsx';
import { filterNodes, troubledFirst } from './device-place.ts';
import { NodeTable } from './node-table.tsx';
import { nodeStates, type ClusterSearch } from './search.ts';

const route = getRouteApi('/cluster');

/** All nodes, narrowed down by what the address says. @param nodes those of the map; none while they are on their way */
export function Nodes({ heat, loading }: { heat: HeatData; loading: boolean }) {
  const t = useTranslations('cluster.nodes');
  const states = useTranslations('cluster.nodeStates');
  const search = route.useSearch();
  const navigate = route.useNavigate();
  // What is typed comes a little later: it changes the address as it is by then.
  const change = (next: ClusterSearch) => void navigate({ search: (now) => ({ ...now, ...next }), replace: true, resetScroll: false });
  const { nodes, troubled } = troubledFirst(heat, filterNodes(placesOf(heat), search));
  return (
    <Section
      title={t('title')}
      description={loading ? undefined : t('count', { count: nodes.length, troubled })}
      card="flush"
      actions={
        <>
          <Select
            compact
            aria-label={t('state')}
            value={search.state ?? 'all'}
            onValueChange={(state) => change({ state: state === 'all' ? undefined : state })}
            options={[{ value: 'all', label: t('allStates') }, ...nodeStates.map((value) => ({ value, label: states(value) }))]}
          />
          <SearchField
            label={t('search')}
            value={search.search ?? ''}
            onSearch={(text) => change({ search: text || undefined })}
            className="w-56"
          />
        </>
      }
    >
      {loading ? (
        <div className="flex flex-col gap-4 p-4">
          <Skeleton className="h-4" />
          <Skeleton className="h-4" />
        </div>
      ) : nodes.length === 0 ? (
        <EmptyState
          icon={ServerOff}
          title={heat.nodes.length === 0 ? t('empty') : t('nothing')}
          text={heat.nodes.length === 0 ? t('emptyText') : t('nothingText')}
        />
      ) : (
        // Anew for each search: what it finds is shown at once, also while the pointer is on the table.
        <NodeTable key={`${search.state} ${search.search}`} heat={heat} nodes={nodes} />
      )}
    </Section>
  );
}
