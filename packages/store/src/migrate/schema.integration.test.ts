import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { PrismaPg } from '@prisma/adapter-pg';
import { bindMigrationAwareSqlAdapterFactory } from '@prisma/driver-adapter-utils';
import * as engine from '@prisma/schema-engine-wasm/schema_engine_bg';
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { testDatabase, type TestDatabase } from '../testing/index.ts';

const schema = readFileSync(new URL('../../../../prisma/schema.prisma', import.meta.url), 'utf8');
/** What Prisma cannot describe: its own table, partitioned ones, partial indexes, one with columns beside its own. */
const tablesBeside = ['_prisma_migrations', ...['event', 'metric', 'log'].flatMap((table) => [table, `${table}_default`])];
const indexesBeside = ['allocation_device_in_use', 'job_list', 'job_failed', 'job_succeeded'];

/** Node has it; the types of Node do not. */
const { WebAssembly } = globalThis as unknown as {
  WebAssembly: { instantiate(bytes: Uint8Array, imports: object): Promise<{ instance: { exports: object } }> };
};

let database: TestDatabase;
let migrated: pg.Client;

beforeAll(async () => {
  const file = join(dirname(createRequire(import.meta.url).resolve('@prisma/schema-engine-wasm')), 'schema_engine_bg.wasm');
  const { instance } = await WebAssembly.instantiate(readFileSync(file), { './schema_engine_bg.js': { ...engine } });
  const exports = instance.exports as { __wbindgen_start(): void };
  (engine as unknown as { __wbg_set_wasm(exports: unknown): void }).__wbg_set_wasm(exports);
  exports.__wbindgen_start();
  database = await testDatabase();
  migrated = await connect(database.databaseUrl);
});
afterAll(async () => {
  await migrated.end();
  await database.drop();
});

async function connect(connectionString: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  return client;
}

/** Facts about the tables of a database, one a line, that must be the same. */
async function describe(client: pg.Client): Promise<string[]> {
  const columns = await client.query<{ fact: string }>(
    `select format('%s.%s %s%s default %s', c.relname, a.attname, format_type(a.atttypid, a.atttypmod), case when a.attnotnull then ' not null' else '' end,
                   coalesce(pg_get_expr(d.adbin, d.adrelid), 'none')) as fact
     from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
     left join pg_attrdef d on d.adrelid = c.oid and d.adnum = a.attnum
     where c.relkind in ('r', 'p') and c.relnamespace = 'public'::regnamespace and c.relname <> all($1)`,
    [tablesBeside],
  );
  const indexes = await client.query<{ fact: string }>(
    `select indexdef as fact from pg_indexes where schemaname = 'public' and tablename <> all($1) and indexname <> all($2)`,
    [tablesBeside, indexesBeside],
  );
  const keys = await client.query<{ fact: string }>(
    `select format('%s: %s %s', conrelid::regclass, conname, pg_get_constraintdef(oid)) as fact
     from pg_constraint where contype = 'f' and connamespace = 'public'::regnamespace and conrelid::regclass::text <> all($1)`,
    [tablesBeside],
  );
  return [...columns.rows, ...indexes.rows, ...keys.rows]
    .map(({ fact }) => fact.replaceAll("'::text", "'").replaceAll("'::jsonb", "'").replaceAll('CURRENT_TIMESTAMP', 'now()'))
    .toSorted();
}

let scratchCount = 0;

/** What Prisma would make of a schema. */
async function describeSchema(text: string): Promise<string[]> {
  const name = `scratch_${++scratchCount}`;
  await migrated.query(`create database ${name}`);
  const url = new URL(database.databaseUrl);
  url.pathname = `/${name}`;
  const adapter = bindMigrationAwareSqlAdapterFactory(new PrismaPg({ connectionString: url.href }));
  const migration = await engine.SchemaEngine.new({ datamodels: [['schema.prisma', text]] }, () => {}, adapter);
  const { stdout } = await migration.diff({
    from: { tag: 'empty' },
    to: { tag: 'schemaDatamodel', files: [{ path: 'schema.prisma', content: text }] },
    script: true,
    exitCode: null,
    filters: { externalTables: [], externalEnums: [] },
  });
  const client = await connect(url.href);
  try {
    await client.query(stdout!);
    return await describe(client);
  } finally {
    await client.end();
    migration.free();
    await migrated.query(`drop database ${name} with (force)`);
  }
}

it('makes of the migrations what schema.prisma describes', async () => {
  const facts = await describe(migrated);
  expect(facts.length).toBeGreaterThan(150);
  expect(facts).toEqual(await describeSchema(schema));
});

it('would notice a column, an index or a key that is in one of both only', async () => {
  const facts = await describe(migrated);
  const differing = (changed: string[]) => changed.filter((fact) => !facts.includes(fact));
  const changed = schema.replace('name      String   @unique\n', 'name      String   @unique\n  colour    String?\n');
  expect(differing(await describeSchema(changed))).toEqual(['project.colour text default none']);
  expect(differing(await describeSchema(schema.replace('@@index([state])', '@@index([state, kind])')))).toEqual([
    'CREATE INDEX job_state_kind_idx ON public.job USING btree (state, kind)',
  ]);
  await migrated.query('begin');
  await migrated.query('alter table rank drop column pid; alter table evaluation drop constraint evaluation_job_id_fkey');
  const fewer = await describe(migrated);
  await migrated.query('rollback');
  expect(facts.filter((fact) => !fewer.includes(fact))).toEqual([
    'evaluation: evaluation_job_id_fkey FOREIGN KEY (job_id) REFERENCES job(id) ON UPDATE CASCADE ON DELETE CASCADE',
    'rank.pid integer default none',
  ]);
});

it('has a partial index that makes a device impossible to give twice, and partitioned events, metrics and logs', async () => {
  const { rows: indexes } = await migrated.query("select indexdef from pg_indexes where indexname = 'allocation_device_in_use'");
  expect(indexes).toEqual([
    { indexdef: 'CREATE UNIQUE INDEX allocation_device_in_use ON public.allocation USING btree (device_id) WHERE (released_at IS NULL)' },
  ]);
  const { rows: partitioned } = await migrated.query("select relname from pg_class where relkind = 'p' order by 1");
  expect(partitioned).toEqual([{ relname: 'event' }, { relname: 'log' }, { relname: 'metric' }]);
});
