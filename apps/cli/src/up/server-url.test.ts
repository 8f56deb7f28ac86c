import { describe, expect, it } from 'vitest';
import { checkServerUrl, databaseVariable, describeStart, redisVariable } from './server-url.ts';

describe('an address of a server', () => {
  it.each([undefined, 'postgres://a:b@host/db', 'postgresql:///db?host=/run/postgresql'])('may be %s', (value) => {
    expect(() => checkServerUrl(value, databaseVariable)).not.toThrow();
  });

  it.each([
    ['nonsense', /^DATABASE_URL: nonsense is not of the form postgresql:\/\/USER/],
    ['mysql://me:secret@host/db', /^DATABASE_URL: its value is not/],
    ['postgresql://me:secret#1@host/db', /write special characters of a password as %XX/],
  ])('is refused with a sentence without its password: %s', (value, message) => {
    const refused = expect.objectContaining({ code: 'invalid_spec', message: expect.stringMatching(message) as string }) as Error;
    expect(() => checkServerUrl(value, databaseVariable)).toThrow(refused);
    expect(() => checkServerUrl(value, databaseVariable)).not.toThrow(/secret/);
  });

  it('is checked for Redis too', () => {
    expect(() => checkServerUrl('http://host', redisVariable)).toThrow(/^REDIS_URL: /);
  });
});

it('what is started is said, and what is used of somebody else', () => {
  expect(describeStart({ databaseUrl: undefined, redisUrl: undefined })).toBe('starting PostgreSQL, Valkey, the API and the controller');
  expect(describeStart({ databaseUrl: 'postgresql://me:secret@db.example.com/massif', redisUrl: undefined })).toBe(
    'starting Valkey, the API and the controller, with PostgreSQL at db.example.com:5432',
  );
  expect(describeStart({ databaseUrl: 'postgresql://db:1/m', redisUrl: 'redis://cache' })).toBe(
    'starting the API and the controller, with PostgreSQL at db:1 and Redis at cache:6379',
  );
});
