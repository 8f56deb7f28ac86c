import { expect, it } from 'vitest';
import { readEnvironment } from './env.ts';

it('finds compiled libraries in the cache directory it is given, else in the user’s', () => {
  const home = '/srv/massif';
  expect(readEnvironment({ MASSIF_HOME: home, MASSIF_CACHE: '/cache/massif' }).native).toEqual({ cacheDirectory: '/cache/massif/native' });
  expect(readEnvironment({ MASSIF_HOME: home, MASSIF_CACHE: '', HOME: '/home/u', CXX: 'clang++' }).native).toEqual({
    cacheDirectory: '/home/u/.cache/massif/native',
    compiler: 'clang++',
  });
});

it('names every variable that is wrong', () => {
  expect(() => readEnvironment({ MASSIF_HOME: 'relative', MASSIF_LOG_LEVEL: 'loud' })).toThrow(
    /MASSIF_HOME[\s\S]*MASSIF_LOG_LEVEL|MASSIF_LOG_LEVEL[\s\S]*MASSIF_HOME/,
  );
});
