import { expect, test } from 'vitest';
import { testEnvironment } from './environment.mjs';

const shell = {
  PATH: '/bin',
  HOME: '/home/me',
  XDG_CACHE_HOME: '/cache',
  MASSIF_HOME: '/srv',
  MASSIF_URL: 'http://prod',
  DATABASE_URL: 'postgres://prod',
  REDIS_URL: 'redis://prod',
  PGHOST: 'prod',
  NODE_OPTIONS: '--inspect',
  NODE_ENV: 'production',
};

test('tests do not see settings that point to something of the user', () => {
  expect(testEnvironment(shell, { keep: false })).toEqual({
    PATH: '/bin',
    HOME: '/home/me',
    XDG_CACHE_HOME: '/cache',
    NODE_COMPILE_CACHE: '/cache/massif/node-compile-cache',
  });
});

test('unless it is asked for', () => {
  expect(testEnvironment(shell, { keep: true })).toEqual(shell);
});
