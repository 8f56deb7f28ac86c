import { createHash } from 'node:crypto';
import { PrismaPg } from '@prisma/adapter-pg';
import pg from 'pg';
import { PrismaClient } from '../generated/client.ts';
import { missedPartition, toStoreError } from './errors.ts';

/** Runs one statement; rows have the names that the statement gives. Counts (int8) come as numbers. */
export type Query = <Row extends object>(text: string, values?: readonly unknown[]) => Promise<Row[]>;

/**
 * One pool of connections, used in two ways: Prisma where rows are read and written one by one, statements of our own where
 * several things must happen at once.
 */
export interface Database {
  query: Query;
  /** All statements of `run` happen, or none. */
  transaction<Result>(run: (query: Query) => Promise<Result>): Promise<Result>;
  prisma: MappedPrisma;
  close(): Promise<void>;
}

export interface DatabaseOptions {
  databaseUrl: string;
  /** Most connections at the same time. */
  connectionsMax?: number;
  /** How long a call waits for a connection. */
  connectTimeoutMs?: number;
  /** How long one statement may take. */
  statementTimeoutMs?: number;
  /** Seen in `pg_stat_activity`. */
  applicationName?: string;
}

/** Oid of int8. */
const int8 = 20;

/** int8 as a number: ours are counts and bytes, far below 2^53. */
const types: pg.CustomTypesConfig = {
  getTypeParser: ((oid: number, format?: 'text' | 'binary') =>
    oid === int8 && format !== 'binary' ? Number : pg.types.getTypeParser(oid, format)) as typeof pg.types.getTypeParser,
};

export function openDatabase({
  databaseUrl,
  connectionsMax = 10,
  connectTimeoutMs = 5000,
  statementTimeoutMs = 30_000,
  applicationName = 'massif',
}: DatabaseOptions): Database {
  const pool = new pg.Pool({
    connectionString: databaseUrl,
    max: connectionsMax,
    connectionTimeoutMillis: connectTimeoutMs,
    statement_timeout: statementTimeoutMs,
    idle_in_transaction_session_timeout: statementTimeoutMs,
    keepAlive: true,
    application_name: applicationName,
    types,
  });
  // A connection that breaks while nobody uses it is not an error: the pool forgets it and makes another when one is needed.
  pool.on('error', () => {});
  // A named statement is planned once per connection; that is half of the server's work for a submit. There are as many
  // texts as combinations of filters.
  const names = new Map<string, string>();
  const nameOf = (text: string): string => {
    const name = names.get(text) ?? createHash('sha256').update(text).digest('hex').slice(0, 32);
    names.set(text, name);
    return name;
  };
  const prisma = mapErrors(new PrismaClient({ adapter: new PrismaPg(pool), errorFormat: 'minimal' }));

  return {
    prisma,
    query: async <Row extends object>(text: string, values: readonly unknown[] = []) => {
      const statement = { name: nameOf(text), text, values: [...values] };
      const send = () => pool.query<Row>(statement);
      const sendAgain = (error: unknown) => {
        if (!missedPartition(error)) throw error;
        return send();
      };
      try {
        return (await send().catch(sendAgain)).rows;
      } catch (error) {
        throw toStoreError(error);
      }
    },
    transaction: async <Result>(run: (query: Query) => Promise<Result>) => {
      let client: pg.PoolClient;
      try {
        client = await pool.connect();
      } catch (error) {
        throw toStoreError(error);
      }
      // While it is ours, the pool does not listen; without a listener a broken connection would end the process.
      const ignore = () => {};
      client.on('error', ignore);
      let broken: Error | undefined;
      try {
        await client.query('begin');
        const result = await run(
          async <Row extends object>(text: string, values: readonly unknown[] = []) => (await client.query<Row>(text, [...values])).rows,
        );
        await client.query('commit');
        return result;
      } catch (error) {
        await client.query('rollback').catch((failure: Error) => (broken = failure));
        throw toStoreError(error);
      } finally {
        client.off('error', ignore);
        client.release(broken);
      }
    },
    close: async () => {
      await prisma.$disconnect();
      await pool.end();
    },
  };
}

export type MappedPrisma = ReturnType<typeof mapErrors>;

function mapErrors(prisma: PrismaClient) {
  return prisma.$extends({
    name: 'errors',
    query: {
      $allOperations: async ({ args, query }) => {
        try {
          return (await query(args)) as unknown;
        } catch (error) {
          throw toStoreError(error);
        }
      },
    },
  });
}
