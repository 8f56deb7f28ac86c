import { newId } from '@massif/contracts';
import type { Query } from '../database/database.ts';
import { json } from '../database/text.ts';
import type { FoundNode } from '../store.ts';

/** A node that has no row yet, or, with `nodeId`, a device of one that has. */
interface Missing {
  nodeId: string | null;
  name: string;
  index: number | null;
}

/**
 * Writes what was found over the rows that there are, in one statement; only the time is written when nothing has changed, which
 * is almost always. @returns what has no row yet
 */
export async function updateFound(query: Query, nodes: readonly FoundNode[]): Promise<Missing[]> {
  return await query<Missing>(
    `with found as (
       select * from jsonb_to_recordset($1::jsonb) as found (name text, rack text, cores integer, "memoryBytes" bigint, devices jsonb)
     ),
     there as (
       update node n set
         rack = found.rack, cores = found.cores, memory_bytes = found."memoryBytes", seen_at = now(),
         state = case n.state when 'unhealthy' then 'ready' else n.state end
       from found where n.name = found.name
       returning n.id, n.name, found.devices
     ),
     slots as materialized (
       select there.id as node_id, there.name, slot.index, slot.type, slot."memoryBytes" as memory_bytes
       from there, jsonb_to_recordset(there.devices) as slot (index integer, type text, "memoryBytes" bigint)
     ),
     kept as (
       update device d set
         type = slots.type, memory_bytes = slots.memory_bytes, healthy = true,
         health_since = case when d.healthy then d.health_since else now() end
       from slots
       where d.node_id = slots.node_id and d.index = slots.index
         and (d.type, d.memory_bytes, d.healthy) is distinct from (slots.type, slots.memory_bytes, true)
     ),
     lost as (
       update device d set healthy = false, health_since = now() from there
       where d.node_id = there.id and d.healthy and not exists (select from slots where slots.node_id = d.node_id and slots.index = d.index)
     )
     select null as "nodeId", name, null::integer as index from found where not exists (select from node n where n.name = found.name)
     union all
     select node_id, name, index from slots where not exists (select from device d where d.node_id = slots.node_id and d.index = slots.index)`,
    [json(nodes)],
  );
}

/** Gives rows to what has none: to nodes, or to devices of nodes. Another one may do the same at this time. */
export async function insertMissing(query: Query, nodes: readonly FoundNode[], missing: readonly Missing[]): Promise<void> {
  const byName = new Map(nodes.map((node) => [node.name, node]));
  const newNodes = missing.flatMap(({ nodeId, name }) => (nodeId === null ? [{ ...byName.get(name)!, id: newId('node') }] : []));
  const newDevices = missing.flatMap(({ nodeId, name, index }) => {
    if (nodeId === null) return [];
    return [{ ...byName.get(name)!.devices.find((device) => device.index === index)!, id: newId('device'), nodeId }];
  });
  await query(
    `insert into node (id, name, rack, cores, memory_bytes)
     select id, name, rack, cores, "memoryBytes"
     from jsonb_to_recordset($1::jsonb) as new (id text, name text, rack text, cores integer, "memoryBytes" bigint)
     on conflict (name) do nothing`,
    [json(newNodes)],
  );
  await query(
    `insert into device (id, node_id, index, type, memory_bytes)
     select id, "nodeId", index, type, "memoryBytes"
     from jsonb_to_recordset($1::jsonb) as new (id text, "nodeId" text, index integer, type text, "memoryBytes" bigint)
     on conflict (node_id, index) do nothing`,
    [json(newDevices)],
  );
}
