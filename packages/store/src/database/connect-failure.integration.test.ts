import { expect, it } from 'vitest';
import { openStore } from '../open.ts';
import { testDatabase } from '../testing/index.ts';
import { connectFailure } from './connect-failure.ts';

async function failureOf(databaseUrl: string) {
  const store = openStore({ databaseUrl });
  const error: unknown = await store.ping().catch((reason: unknown) => reason);
  await store.close();
  return connectFailure(error, databaseUrl);
}

it('says where the database is, what failed, and whether waiting can help; never the password', async () => {
  const database = await testDatabase();
  const change = (parts: Partial<URL>) => Object.assign(new URL(database.databaseUrl), parts).href;
  const place = `PostgreSQL at 127.0.0.1:${new URL(database.databaseUrl).port}`;
  expect(await failureOf(change({ port: '9' }))).toMatchObject({
    code: 'service_unavailable',
    message: 'PostgreSQL at 127.0.0.1:9 cannot be reached (ECONNREFUSED)',
  });
  expect(await failureOf(change({ pathname: '/nowhere' }))).toMatchObject({
    code: 'invalid_spec',
    message: `there is no such database in ${place}: database "nowhere" does not exist`,
  });
  const { code, message } = await failureOf(change({ password: 'secret' }));
  expect([code, message]).toEqual([
    'invalid_spec',
    expect.stringContaining(`${place} does not let Massif in: password authentication failed`),
  ]);
  expect(message).not.toContain('secret');
  await database.drop();
});
