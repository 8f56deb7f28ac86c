import { describe, expect, it } from 'vitest';
import { readEnvironment } from './env.ts';

const good = { MASSIF_HOME: '/state', DATABASE_URL: 'postgresql://u:p@127.0.0.1:5432/massif', REDIS_URL: 'redis://127.0.0.1:6379' };

describe('the environment', () => {
  it('has defaults for what is not set, or set to nothing', () => {
    expect(readEnvironment({ ...good, MASSIF_PORT: '', MASSIF_DATA_ROOTS: '' })).toMatchObject({
      host: '127.0.0.1',
      port: 7700,
      dataRoots: [],
      logLevel: 'info',
    });
    expect(readEnvironment({ ...good, MASSIF_PORT: '0', MASSIF_DATA_ROOTS: '/data:/more' })).toMatchObject({
      port: 0,
      dataRoots: ['/data', '/more'],
    });
  });

  it.each([
    ['', false],
    ['false', false],
    ['0', false],
    ['1', true],
    ['true', true],
  ])('MASSIF_EXCLUSIVE=%s means what it says', (value, exclusive) => {
    expect(readEnvironment({ ...good, MASSIF_EXCLUSIVE: value }).exclusive).toBe(exclusive);
  });

  it.each([
    ['MASSIF_HOME', { MASSIF_HOME: undefined }],
    ['MASSIF_HOME', { MASSIF_HOME: 'relative' }],
    ['DATABASE_URL', { DATABASE_URL: 'mysql://x' }],
    ['REDIS_URL', { REDIS_URL: '' }],
    ['MASSIF_PORT', { MASSIF_PORT: '70000' }],
    ['MASSIF_PORT', { MASSIF_PORT: 'http' }],
    ['MASSIF_DATA_ROOTS', { MASSIF_DATA_ROOTS: '/data:here' }],
    ['MASSIF_SIGN_IN_KEY', { MASSIF_SIGN_IN_KEY: 'short' }],
    ['MASSIF_LOG_LEVEL', { MASSIF_LOG_LEVEL: 'loud' }],
  ])('is refused at boot with the name of what is wrong: %s', (name, change) => {
    expect(() => readEnvironment({ ...good, ...change })).toThrow(name);
  });
});
