import type { Database, Query } from '../database/database.ts';
import type { HistoryStore } from '../store.ts';
import { tables } from './tables.ts';

/** See `HistoryStore`. Each table is written by one statement for all jobs of a call. */
export function historyStore({ transaction }: Database): HistoryStore {
  return {
    write: (jobs) =>
      transaction(async (run) => {
        for (const { name, columns, rows } of tables) await insert(run, { name, columns, rows: jobs.flatMap((job) => rows(job)) });
      }),
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
