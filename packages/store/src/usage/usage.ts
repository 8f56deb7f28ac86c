import type { Database } from '../database/database.ts';
import type { ClusterUsage, UsageSample } from '../rows.ts';
import type { UsageStore } from '../store.ts';
import { averages, gridOf } from './averages.ts';

/** How often whoever measures writes it down. */
export const usageEveryMs = 30_000;

const hourMs = 3_600_000;

export function usageStore({ query }: Database): UsageStore {
  return {
    record: async ({ time, cluster: { devices, allocated, busy, useful, queued, running }, nodes }) => {
      await query(
        `with said as (
           insert into usage_cluster (time, devices, allocated, busy, useful, queued, running)
           values ($1::timestamptz, $2, $3, $4, $5, $6, $7) on conflict (time) do nothing
         )
         insert into usage_node (time, node_id, busy, memory_bytes)
         select $1::timestamptz, node.id, used.busy::real[], used.memory_bytes::bigint[]
         from unnest($8::text[], $9::text[], $10::text[]) as used (node_id, busy, memory_bytes) join node on node.id = used.node_id
         on conflict (node_id, time) do nothing`,
        [
          time,
          devices,
          allocated,
          busy,
          useful,
          queued,
          running,
          nodes.map(({ nodeId }) => nodeId),
          nodes.map((node) => arrayText(node.busy)),
          nodes.map(({ memoryBytes }) => arrayText(memoryBytes.map((bytes) => (bytes === null ? null : Math.round(bytes))))),
        ],
      );
    },

    cluster: async ({ from, to, points }) => {
      const columns = ['devices', 'allocated', 'busy', 'useful', 'queued', 'running'] as const;
      const source = () => 'select * from usage_cluster where true';
      return (await averages(query, { grid: gridOf({ from, to, points }), everyMs: usageEveryMs, columns, source })) satisfies ClusterUsage;
    },

    device: async (id, { from, to = new Date() } = {}) => {
      const since = from ?? new Date(to.getTime() - hourMs);
      const grid = gridOf({ from: since, to, points: Math.ceil((to.getTime() - since.getTime()) / usageEveryMs) });
      const [device] = await query<{ nodeId: string; index: number }>('select node_id as "nodeId", index from device where id = $1', [id]);
      if (!device) return null;
      const { times, busy, memory_bytes } = await averages(query, {
        grid,
        everyMs: usageEveryMs,
        columns: ['busy', 'memory_bytes'],
        source: (p) => {
          // Arrays count from 1.
          const place = p(device.index + 1);
          return `select time, busy[${place}::integer] as busy, memory_bytes[${place}::integer] as memory_bytes from usage_node where node_id = ${p(device.nodeId)}`;
        },
      });
      return { times, busy, memoryBytes: memory_bytes };
    },

    latest: async () => (await query<UsageSample>('select * from usage_cluster order by time desc limit 1'))[0] ?? null,

    retain: async (now, { clusterDays, nodeHours }) => {
      await query('delete from usage_cluster where time < $1', [new Date(now.getTime() - clusterDays * 24 * hourMs)]);
      await query('delete from usage_node where time < $1', [new Date(now.getTime() - nodeHours * hourMs)]);
    },
  };
}

/** An array as PostgreSQL writes it: one of arrays of different lengths is no parameter. */
function arrayText(values: readonly (number | null)[]): string {
  return `{${values.map((value) => (value === null || !Number.isFinite(value) ? 'null' : String(value))).join(',')}}`;
}
