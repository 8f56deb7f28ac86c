import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { environmentWith, findNode } from './node.mjs';
import { temporaryDirectory } from './temporary.ts';
import { nodePackages } from './versions.mjs';

const old = { version: 'v20.20.2', path: '/usr/bin/node' };
const version = nodePackages[`${process.platform}-${process.arch}`]?.version ?? '';

function executable(file: string): string {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, '#!/bin/sh\n');
  chmodSync(file, 0o755);
  return file;
}

test('a running Node that is new enough is used, whatever else there is', () => {
  const root = temporaryDirectory();
  const running = { version: 'v24.0.0', path: '/opt/node/bin/node' };
  executable(join(root, 'cache/massif/node', version, 'bin/node'));
  expect(findNode({ root, environment: { XDG_CACHE_HOME: join(root, 'cache') }, running })).toBe(running.path);
});

test('an old Node alone is not enough', () => {
  const root = temporaryDirectory();
  expect(findNode({ root, environment: { HOME: root }, running: old })).toBeUndefined();
});

test('a fetched Node is found in XDG_CACHE_HOME, or in .cache of HOME where that is empty', () => {
  const root = temporaryDirectory();
  const inHome = executable(join(root, '.cache/massif/node', version, 'bin/node'));
  const inCache = executable(join(root, 'elsewhere/massif/node', version, 'bin/node'));
  expect(findNode({ root, environment: { HOME: root, XDG_CACHE_HOME: '' }, running: old })).toBe(inHome);
  expect(findNode({ root, environment: { HOME: root, XDG_CACHE_HOME: join(root, 'elsewhere') }, running: old })).toBe(inCache);
});

test('with another HOME the Node that this checkout used last is found again, unless it is gone', () => {
  const root = temporaryDirectory();
  const used = executable(join(root, 'first/node'));
  const stamp = join(root, 'node_modules/.massif/node');
  mkdirSync(dirname(stamp), { recursive: true });
  writeFileSync(stamp, `${used}\n`);
  expect(findNode({ root, environment: { HOME: join(root, 'other') }, running: old })).toBe(used);
  writeFileSync(stamp, `${used}-gone\n`);
  expect(findNode({ root, environment: { HOME: join(root, 'other') }, running: old })).toBeUndefined();
});

test('the chosen Node comes first on PATH, once', () => {
  const once = environmentWith('/cache/bin/node', { PATH: '/usr/bin' });
  expect(once.PATH).toBe('/cache/bin:/usr/bin');
  expect(environmentWith('/cache/bin/node', once).PATH).toBe(once.PATH);
});

test('a base directory that is set to nothing is not set', () => {
  const { XDG_CACHE_HOME, XDG_STATE_HOME } = environmentWith('/bin/node', { PATH: '/bin', XDG_CACHE_HOME: '', XDG_STATE_HOME: '/state' });
  expect({ XDG_CACHE_HOME, XDG_STATE_HOME }).toEqual({ XDG_CACHE_HOME: undefined, XDG_STATE_HOME: '/state' });
});
