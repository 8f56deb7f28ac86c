import { oneOf, textOf, type RawSearch } from '../../api/search.ts';
import { nodeStates, type NodeState } from '@massif/contracts';

export const heatMetrics = ['busy', 'memory', 'state'] as const;
export type HeatMetric = (typeof heatMetrics)[number];

export interface ClusterSearch {
  metric?: HeatMetric | undefined;
  /** The pinned device: node and index in it. */
  device?: string | undefined;
  state?: NodeState | undefined;
  search?: string | undefined;
}

export function parseClusterSearch(search: RawSearch): ClusterSearch {
  return {
    metric: oneOf(heatMetrics, search['metric']),
    device: textOf(search['device']),
    state: oneOf(nodeStates, search['state']),
    search: textOf(search['search']),
  };
}
