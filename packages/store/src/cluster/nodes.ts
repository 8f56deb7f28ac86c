import { newId } from '@massif/contracts';
import type { Database } from '../database/database.ts';
import { parameters } from '../database/parameters.ts';
import { json } from '../database/text.ts';
import type { ClusterNode, Json, NodeState } from '../rows.ts';
import type { NodeStore } from '../store.ts';

export function nodeStore({ prisma, query }: Database): NodeStore {
  const include = {
    devices: { orderBy: { index: 'asc' }, include: { allocations: { where: { releasedAt: null }, select: { jobId: true } } } },
  } as const;
  const get = async (idOrName: string) => {
    const row = await prisma.node.findFirst({ where: { OR: [{ id: idOrName }, { name: idOrName }] }, include });
    return row && toNode(row);
  };

  return {
    upsert: async ({ name, rack = null, cores, memoryBytes, devices }) => {
      const { p, values } = parameters();
      const [row] = await query<{ id: string }>(
        `with there as (
           insert into node as n (id, name, rack, cores, memory_bytes)
           values (${p(newId('node'))}, ${p(name)}, ${p(rack)}, ${p(cores)}, ${p(memoryBytes)}::bigint)
           on conflict (name) do update set rack = excluded.rack, cores = excluded.cores, memory_bytes = excluded.memory_bytes, seen_at = now()
           returning id
         ),
         found as (
           select * from unnest(
             ${p(devices.map(() => newId('device')))}::text[], ${p(devices.map(({ index }) => index))}::integer[],
             ${p(devices.map(({ type }) => type))}::text[], ${p(devices.map((device) => device.memoryBytes))}::bigint[]
           ) as found (id, index, type, memory_bytes)
         ),
         kept as (
           insert into device (id, node_id, index, type, memory_bytes)
           select found.id, there.id, index, type, memory_bytes from there, found
           on conflict (node_id, index) do update set type = excluded.type, memory_bytes = excluded.memory_bytes, healthy = true
         ),
         lost as (
           update device d set healthy = false from there where d.node_id = there.id and not exists (select from found where found.index = d.index)
         )
         select id from there`,
        values,
      );
      return (await get(row!.id))!;
    },
    markMissing: async ({ except }) => {
      await prisma.device.updateMany({ where: { nodeId: { notIn: [...except] }, healthy: true }, data: { healthy: false } });
    },
    list: async () => (await prisma.node.findMany({ orderBy: { name: 'asc' }, include })).map(toNode),
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

interface NodeRecord extends Omit<ClusterNode, 'state' | 'memoryBytes' | 'profiles' | 'devices'> {
  state: string;
  memoryBytes: bigint;
  profiles: unknown;
  devices: {
    id: string;
    nodeId: string;
    index: number;
    type: string;
    memoryBytes: bigint;
    healthy: boolean;
    allocations: { jobId: string }[];
  }[];
}

function toNode({ state, memoryBytes, profiles, devices, ...node }: NodeRecord): ClusterNode {
  return {
    ...node,
    state: state as NodeState,
    memoryBytes: Number(memoryBytes),
    profiles: profiles as Record<string, Json>,
    devices: devices.map(({ allocations, memoryBytes: bytes, ...device }) => ({
      ...device,
      memoryBytes: Number(bytes),
      heldBy: allocations[0]?.jobId ?? null,
    })),
  };
}
