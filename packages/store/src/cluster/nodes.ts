import type { Database } from '../database/database.ts';
import { json } from '../database/text.ts';
import type { ClusterNode } from '../rows.ts';
import type { NodeStore } from '../store.ts';
import { insertMissing, updateFound } from './found.ts';

export function nodeStore({ query, prisma }: Database): NodeStore {
  /** One statement however many there are: a large cluster is read every second. */
  const read = async (condition: string, values: readonly unknown[] = []): Promise<ClusterNode[]> => {
    const rows = await query<NodeRecord>(
      `select n.id, n.name, n.rack, n.state, n.cores, n.memory_bytes as "memoryBytes", n.profiles, n.created_at as "createdAt",
              n.seen_at as "seenAt", d.devices
       from node n left join (
         select d.node_id, json_agg(
           json_build_array(d.id, d.index, d.type, d.memory_bytes, d.healthy, d.health_since, a.job_id) order by d.index
         ) as devices
         from device d left join allocation a on a.device_id = d.id and a.released_at is null group by d.node_id
       ) d on d.node_id = n.id
       where ${condition} order by n.name collate "C"`,
      values,
    );
    return rows.map(toNode);
  };
  const get = async (idOrName: string) => (await read('n.id = $1 or n.name = $1', [idOrName]))[0] ?? null;

  return {
    upsert: async (nodes) => {
      // What is new is rare. It is there after two more rounds: first its node, then the devices of that.
      for (let missing = await updateFound(query, nodes); missing.length > 0; missing = await updateFound(query, nodes))
        await insertMissing(query, nodes, missing);
    },
    markMissing: async ({ except }) => {
      await query(
        `with gone as (
           select n.id from node n left join unnest($1::text[]) as there (name) on there.name = n.name where there.name is null
         ),
         marked as (
           update node n set state = 'unhealthy' from gone where n.id = gone.id and n.state = 'ready'
         )
         update device d set healthy = false, health_since = now() from gone where d.node_id = gone.id and d.healthy`,
        [[...except]],
      );
    },
    list: () => read('true'),
    get,
    setState: async (id, state) => {
      await prisma.node.updateMany({ where: { id }, data: { state } });
      return await get(id);
    },
    setProfile: async ({ id, deviceType, profile }) => {
      await query('update node set profiles = profiles || jsonb_build_object($2::text, $3::jsonb) where id = $1', [
        id,
        deviceType,
        json(profile),
      ]);
    },
  };
}

interface NodeRecord extends Omit<ClusterNode, 'devices'> {
  /** In the order of the columns above: the names of their fields would be half of the answer. */
  devices:
    | [id: string, index: number, type: string, memoryBytes: number, healthy: boolean, healthSince: string, heldBy: string | null][]
    | null;
}

function toNode({ devices, ...node }: NodeRecord): ClusterNode {
  return {
    ...node,
    devices: (devices ?? []).map(([id, index, type, memoryBytes, healthy, healthSince, heldBy]) => ({
      id,
      nodeId: node.id,
      index,
      type,
      memoryBytes,
      healthy,
      healthSince: new Date(healthSince),
      heldBy,
    })),
  };
}
