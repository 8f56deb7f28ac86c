import type { NodeState } from '@massif/contracts';
import type { HeatMetric } from '@massif/ui';
import { oneOf, textOf, type RawSearch } from '../../api/search.ts';

export const heatMetrics = ['busy', 'memory', 'state'] as const satisfies readonly HeatMetric[];
/** As contracts have them; those bring zod into every page. */
export const nodeStates = ['ready', 'cordoned', 'unhealthy'] as const satisfies readonly NodeState[];

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
