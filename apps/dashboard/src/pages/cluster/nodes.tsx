import { EmptyState, Section, Select, Skeleton, type HeatData } from '@massif/ui';
import { getRouteApi } from '@tanstack/react-router';
import { ServerOff } from 'lucide-react';
import { useRef } from 'react';
import { useTranslations } from 'use-intl';
import { placesOf, type HeatPlace } from '../../api/live/heat.ts';
import { SearchField } from '../../shell/search-field.tsx';
import { useStill } from '../../shell/use-still.ts';
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
      ) : (
        // Anew for each search: what it finds is shown at once, also while the pointer is on the table.
        <Found key={JSON.stringify([search.state, search.search])} heat={heat} nodes={nodes} />
      )}
    </Section>
  );
}

const nameOf = ({ name }: HeatPlace) => name;

/** What a search has found, which stays where it is while the pointer is on it. */
function Found({ heat, nodes: found }: { heat: HeatData; nodes: readonly HeatPlace[] }) {
  const t = useTranslations('cluster.nodes');
  const scroller = useRef<HTMLDivElement>(null);
  const still = useStill(found, scroller, nameOf) ?? found;
  // One that the search does not find any more is where it was; one that has left the cluster has no place in the map.
  const places = still === found ? undefined : new Map(placesOf(heat).map((place) => [place.name, place]));
  const nodes = places ? still.flatMap(({ name }) => places.get(name) ?? []) : found;
  if (nodes.length > 0) return <NodeTable heat={heat} nodes={nodes} scroller={scroller} />;
  const isEmpty = heat.nodes.length === 0;
  return <EmptyState icon={ServerOff} title={t(isEmpty ? 'empty' : 'nothing')} text={t(isEmpty ? 'emptyText' : 'nothingText')} />;
}
