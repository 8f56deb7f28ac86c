import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { testDatabase, type TestDatabase } from '../testing/index.ts';
import { migrate } from './migrate.ts';

const committed = fileURLToPath(new URL('../../../../prisma/migrations', import.meta.url));
const names = readdirSync(committed).toSorted();

let migrated: TestDatabase;
let databaseUrl: string;
let client: pg.Client;
let directory: string;

beforeEach(async () => {
  migrated = await testDatabase();
  client = new pg.Client({ connectionString: migrated.databaseUrl });
  await client.connect();
  const name = `fresh_${Date.now()}`;
  await client.query(`create database ${name}`);
  const url = new URL(migrated.databaseUrl);
  url.pathname = `/${name}`;
  databaseUrl = url.href;
  await client.end();
  client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  directory = mkdtempSync(join(tmpdir(), 'massif-migrations-'));
  cpSync(committed, directory, { recursive: true });
});
afterEach(async () => {
  await client.end();
  await migrated.drop();
  rmSync(directory, { recursive: true });
});

function add(name: string, sql: string): void {
  mkdirSync(join(directory, name));
  writeFileSync(join(directory, name, 'migration.sql'), sql);
}

const applied = async () =>
  (await client.query<{ name: string }>('select migration_name as name from _prisma_migrations order by 1')).rows.map(({ name }) => name);

it('applies each migration once, also when many start at the same time', async () => {
  const results = await Promise.all(Array.from({ length: 8 }, () => migrate({ databaseUrl })));
  expect(results.flat().toSorted()).toEqual(names);
  expect(await migrate({ databaseUrl })).toEqual([]);
  const { rows } = await client.query(
    'select checksum, finished_at is not null as finished, applied_steps_count as steps from _prisma_migrations',
  );
  expect(rows).toEqual(names.map(() => ({ checksum: expect.stringMatching(/^[0-9a-f]{64}$/) as string, finished: true, steps: 1 })));
});

it('applies what was added later', async () => {
  await migrate({ databaseUrl, directory });
  add('20270101000000_later', 'create table later (id integer)');
  expect(await migrate({ databaseUrl, directory })).toEqual(['20270101000000_later']);
  expect(await applied()).toEqual([...names, '20270101000000_later']);
});

it('leaves nothing of a migration that fails, and keeps those before it', async () => {
  add('20270101000000_broken', 'create table half (id integer); select 1 / 0');
  await expect(migrate({ databaseUrl, directory })).rejects.toThrow('division by zero');
  expect(await applied()).toEqual(names);
  expect((await client.query("select to_regclass('half') as half")).rows).toEqual([{ half: null }]);
  expect((await client.query('select count(*)::integer as count from project')).rows).toEqual([{ count: 0 }]);
});

it.each([
  ['was changed afterwards', () => writeFileSync(join(directory, names[1]!, 'migration.sql'), 'select 1'), `${names[1]} was changed`],
  [
    'is unknown, because a newer version of the product was here',
    () => rmSync(join(directory, names[1]!), { recursive: true }),
    'newer version',
  ],
  ['lies before one that was applied', () => add('20261124160030_between', 'select 1'), 'give it a later name'],
])('refuses, and changes nothing, when a migration %s', async (_, change, sentence) => {
  await migrate({ databaseUrl, directory });
  change();
  add('20270101000000_later', 'create table later (id integer)');
  await expect(migrate({ databaseUrl, directory })).rejects.toMatchObject({
    code: 'conflict',
    message: expect.stringContaining(sentence) as string,
  });
  expect(await applied()).toEqual(names);
});

it('says that a database cannot be reached', async () => {
  await expect(migrate({ databaseUrl: 'postgresql://massif:x@127.0.0.1:1/massif' })).rejects.toMatchObject({ code: 'service_unavailable' });
});
