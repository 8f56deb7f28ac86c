import { createHash, randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { AppError } from '@massif/contracts';
import pg from 'pg';
import { toStoreError } from '../database/errors.ts';

export interface Migrate {
  databaseUrl: string;
  /** Folders `NAME/migration.sql`, applied in the order of their names; default: those of this checkout. */
  directory?: string;
}

interface Migration {
  name: string;
  sql: string;
  /** SHA-256 of `sql`, as Prisma writes it. */
  checksum: string;
}

interface Applied {
  name: string;
  checksum: string;
  finished: boolean;
}

/** The number that Prisma locks too: whoever migrates, one at a time. */
const lockNumber = 72707369;

/** Prisma's own table, so that its tools see what was applied. */
const table = `create table if not exists _prisma_migrations (
  id varchar(36) primary key not null,
  checksum varchar(64) not null,
  finished_at timestamptz,
  migration_name varchar(255) not null,
  logs text,
  rolled_back_at timestamptz,
  started_at timestamptz not null default now(),
  applied_steps_count integer not null default 0
)`;

/**
 * Brings a database up to date: applies what it lacks, each migration in a transaction. Safe to call concurrently and again.
 * @returns the names of the migrations that were applied now
 * @throws AppError `conflict` when the database was migrated by another version of the product; nothing is changed then
 */
export async function migrate({ databaseUrl, directory = committedMigrations }: Migrate): Promise<string[]> {
  const migrations = readMigrations(directory);
  const client = new pg.Client({ connectionString: databaseUrl, connectionTimeoutMillis: 5000, application_name: 'massif migrate' });
  // A connection that breaks is seen by the next statement; without a listener it would end the process.
  client.on('error', () => {});
  try {
    await client.connect();
    await client.query('select pg_advisory_lock($1)', [lockNumber]);
    await client.query('set client_min_messages = warning');
    await client.query(table);
    const { rows } = await client.query<Applied>(
      `select migration_name as name, checksum, finished_at is not null as finished
       from _prisma_migrations where rolled_back_at is null order by migration_name`,
    );
    const missing = compare(migrations, rows);
    for (const migration of missing) await apply(client, migration);
    return missing.map(({ name }) => name);
  } catch (error) {
    throw toStoreError(error);
  } finally {
    // The lock ends with the session.
    await client.end().catch(() => {});
  }
}

const committedMigrations = fileURLToPath(new URL('../../../../prisma/migrations', import.meta.url));

function readMigrations(directory: string): Migration[] {
  return readdirSync(directory, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .toSorted()
    .map((name) => {
      const sql = readFileSync(join(directory, name, 'migration.sql'), 'utf8');
      return { name, sql, checksum: createHash('sha256').update(sql).digest('hex') };
    });
}

/** What is to be applied. What was applied must be the first of ours, unchanged and finished. */
function compare(migrations: Migration[], applied: Applied[]): Migration[] {
  const known = new Map(migrations.map((migration) => [migration.name, migration]));
  const refuse = (sentence: string): never => {
    throw new AppError('conflict', sentence);
  };
  for (const { name, checksum, finished } of applied) {
    const ours = known.get(name);
    if (!ours) refuse(`The database knows the migration ${name} and this version does not: it was used by a newer version of Massif`);
    else if (!finished) refuse(`The migration ${name} was begun by another tool and not finished: repair the database or restore a backup`);
    else if (ours.checksum !== checksum)
      refuse(`The migration ${name} was changed after the database had applied it: restore its text or use another database`);
    known.delete(name);
  }
  const last = applied.at(-1)?.name ?? '';
  for (const name of known.keys())
    if (name < last) refuse(`The migration ${name} comes before ${last}, which the database has already applied: give it a later name`);
  return [...known.values()];
}

async function apply(client: pg.Client, { name, sql, checksum }: Migration): Promise<void> {
  await client.query('begin');
  try {
    await client.query(sql);
    await client.query(
      `insert into _prisma_migrations (id, checksum, migration_name, started_at, finished_at, applied_steps_count)
       values ($1, $2, $3, now(), clock_timestamp(), 1)`,
      [randomUUID(), checksum, name],
    );
    await client.query('commit');
  } catch (error) {
    await client.query('rollback').catch(() => {});
    throw error;
  }
}
