import { encodeTime } from 'ulid';
import { idPrefixes } from '@massif/contracts';
import type { Database, Query } from '../database/database.ts';
import type { PartitionStore } from '../store.ts';

interface Partition {
  name: string;
  parent: 'event' | 'metric' | 'log';
  /** Column and values that it is for, `to` exclusive. */
  column: 'job_id' | 'received_at';
  from: string;
  to: string;
}

const dayMs = 24 * 60 * 60 * 1000;
/** Log partitions beyond today. */
const daysAhead = 2;
/** One at a time; any number that nobody else uses. */
const lockNumber = 72707370;

export function partitionStore({ query, transaction }: Database): PartitionStore {
  return {
    ensure: async (now) => {
      const wanted = [...months('event', now), ...months('metric', now), ...logDays(now)];
      const existing = new Set((await Promise.all(['event', 'metric', 'log'].map((parent) => partitionsOf(query, parent)))).flat());
      if (wanted.every(({ name }) => existing.has(name))) return;
      await transaction(async (run) => {
        await run('select pg_advisory_xact_lock($1)', [lockNumber]);
        for (const partition of wanted) await add(run, partition);
      });
    },
    retain: async (now, { logDays: days }) => {
      const oldest = now.getTime() - days * dayMs;
      await query('delete from idempotency_key where expires_at <= $1', [now]);
      await query('delete from log_default where received_at < $1', [new Date(oldest)]);
      const old = (await partitionsOf(query, 'log')).filter((name) => dayOf(name) !== undefined && dayOf(name)! + dayMs <= oldest);
      // One transaction each: readers wait for no more than one of them.
      for (const name of old) await query(`drop table if exists ${name}`);
      return { dropped: old };
    },
  };
}

/** A month of jobs by the time in their ids: this month and the next. */
function months(parent: 'event' | 'metric', now: Date): Partition[] {
  const bound = (time: number) => `${idPrefixes.job}_${encodeTime(time)}`;
  return [0, 1].map((ahead) => {
    const from = Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + ahead);
    const to = Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + ahead + 1);
    const name = `${parent}_${new Date(from).toISOString().slice(0, 7).replace('-', '')}`;
    return { name, parent, column: 'job_id', from: bound(from), to: bound(to) };
  });
}

function logDays(now: Date): Partition[] {
  const today = Math.floor(now.getTime() / dayMs) * dayMs;
  return Array.from({ length: daysAhead + 1 }, (_, ahead) => {
    const from = new Date(today + ahead * dayMs).toISOString();
    const to = new Date(today + (ahead + 1) * dayMs).toISOString();
    return { name: `log_${from.slice(0, 10).replaceAll('-', '')}`, parent: 'log', column: 'received_at', from, to };
  });
}

/** First millisecond of the day that a log partition is for; undefined for the default partition. */
function dayOf(name: string): number | undefined {
  const match = /^log_(\d{4})(\d{2})(\d{2})$/.exec(name);
  return match ? Date.UTC(Number(match[1]), Number(match[2]) - 1, Number(match[3])) : undefined;
}

async function partitionsOf(query: Query, parent: string): Promise<string[]> {
  const rows = await query<{ name: string }>(
    `select c.relname as name from pg_inherits i join pg_class c on c.oid = i.inhrelid where i.inhparent = $1::regclass order by 1`,
    [parent],
  );
  return rows.map(({ name }) => name);
}

/** Makes a partition, and moves what has gone to the default one because it was missing. */
async function add(run: Query, { name, parent, column, from, to }: Partition): Promise<void> {
  const [there] = await run<{ there: boolean }>('select to_regclass($1) is not null as there', [name]);
  if (there?.there) return;
  // Nobody may write into the default partition between moving and attaching.
  await run(`lock table ${parent}_default in access exclusive mode`);
  await run(`create table ${name} (like ${parent} including defaults including constraints)`);
  await run(
    `with moved as (delete from ${parent}_default where ${column} >= '${from}' and ${column} < '${to}' returning *) insert into ${name} select * from moved`,
  );
  await run(`alter table ${parent} attach partition ${name} for values from ('${from}') to ('${to}')`);
}
