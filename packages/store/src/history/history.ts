import type { Database, Query } from '../database/database.ts';
import type { UsageSample } from '../rows.ts';
import type { HistoryStore } from '../store.ts';
import { tables } from './tables.ts';

const usageColumns: Readonly<Record<keyof UsageSample, string>> = {
  time: 'timestamptz',
  devices: 'integer',
  allocated: 'integer',
  busy: 'double precision',
  useful: 'double precision',
  queued: 'integer',
  running: 'integer',
};

export function historyStore({ query, transaction }: Database): HistoryStore {
  return {
    write: (jobs) =>
      transaction(async (run) => {
        // Each table by one statement for all of them.
        for (const { name, columns, rows } of tables) await insert(run, { name, columns, rows: jobs.flatMap((job) => rows(job)) });
      }),
    writeUsage: async (samples) => {
      const columns = Object.entries(usageColumns);
      await query(
        `insert into usage_cluster (${columns.map(([name]) => name).join(', ')})
         select * from unnest(${columns.map(([, type], index) => `$${index + 1}::${type}[]`).join(', ')}) on conflict (time) do nothing`,
        columns.map(([name]) => samples.map((sample) => sample[name as keyof UsageSample])),
      );
    },
  };
}

async function insert(
  run: Query,
  { name, columns, rows }: { name: string; columns: Readonly<Record<string, string>>; rows: readonly Record<string, unknown>[] },
): Promise<void> {
  if (rows.length === 0) return;
  const names = Object.keys(columns);
  const arrays = names.map((column, index) => `$${index + 1}::${columns[column]}[]`);
  const values = names.map((column) => rows.map((row) => row[column] ?? null));
  await run(`insert into ${name} (${names.join(', ')}) select * from unnest(${arrays.join(', ')})`, values);
}
