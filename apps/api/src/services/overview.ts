import type { Attention, Overview } from '@massif/contracts';
import type { ClusterNode, JobAttention, Scope, Store } from '@massif/store';
import { deviceStateOf } from '../views/cluster.ts';
import type { ClusterView } from './cluster.ts';

export interface OverviewOptions {
  store: Pick<Store, 'jobs' | 'usage'>;
  cluster: ClusterView;
}

const attentionMax = 50;
/** Use is written down every half minute; what is older says nothing of now. */
const measuredWithinMs = 90_000;

/** What `GET /overview` answers: the cluster, the project's jobs, and what does not mend itself. */
export async function readOverview({ store, cluster }: OverviewOptions, scope: Scope): Promise<Overview> {
  const [nodes, jobs, attention, measured] = await Promise.all([
    cluster.list(),
    store.jobs.countByState(scope),
    store.jobs.attention(scope, { limit: attentionMax }),
    store.usage.latest(),
  ]);
  const use = measured && Date.now() - measured.time.getTime() < measuredWithinMs ? measured : null;
  const share = (of: 'busy' | 'useful') => {
    const sum = use?.[of] ?? null;
    return sum === null || !use?.devices ? null : Math.min(1, sum / use.devices);
  };
  const ofNodes = nodes.flatMap(nodeAttention);
  const all = [...attention.items.map(viewJobAttention), ...ofNodes].toSorted((a, b) => (a.since < b.since ? 1 : -1));
  return {
    nodes: { total: nodes.length, ready: nodes.filter(({ state }) => state === 'ready').length },
    devices: countDevices(nodes),
    busy: share('busy'),
    useful: share('useful'),
    jobs,
    attention: all.slice(0, attentionMax),
    attentionTotal: attention.total + ofNodes.length,
  };
}

function countDevices(nodes: readonly ClusterNode[]): Overview['devices'] {
  const counts = { total: 0, free: 0, allocated: 0, unhealthy: 0 };
  for (const { devices } of nodes)
    for (const device of devices) {
      counts.total++;
      counts[deviceStateOf(device)]++;
    }
  return counts;
}

function viewJobAttention({ kind, since, id, name, reason }: JobAttention): Attention {
  return { kind, since: since.toISOString(), reason, job: { id, name }, node: null };
}

/** A node that is not there has no devices to complain of; of one that is, its devices are one matter. */
function nodeAttention({ name, state, devices, seenAt }: ClusterNode): Attention[] {
  const about = { job: null, node: name };
  if (state === 'unhealthy')
    return [
      {
        ...about,
        kind: 'node_unhealthy',
        since: seenAt.toISOString(),
        reason: { code: 'node_unhealthy', message: `nothing is heard of ${name} any more` },
      },
    ];
  const unhealthy = devices.filter(({ healthy }) => !healthy);
  if (unhealthy.length === 0) return [];
  const message = `${unhealthy.length} of ${devices.length} devices of ${name} cannot be used`;
  return [
    {
      ...about,
      kind: 'device_unhealthy',
      since: new Date(Math.min(...unhealthy.map(({ healthSince }) => healthSince.getTime()))).toISOString(),
      reason: { code: 'device_unhealthy', message, indexes: unhealthy.map(({ index }) => index), devices: devices.length },
    },
  ];
}
