import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { isInstalled } from './install.mjs';
import { isGenerated } from './prisma.mjs';
import { clearStamp, readStamp, stampKey, writeStamp } from './stamp.mjs';
import { temporaryDirectory } from './temporary.ts';

test('the key changes with the content of a file, with a missing file, and with a value', () => {
  const directory = temporaryDirectory();
  const file = join(directory, 'a');
  writeFileSync(file, 'one');
  const key = () => stampKey({ files: [file, join(directory, 'b')], values: [24] });
  const keys = [key()];
  writeFileSync(file, 'two');
  keys.push(key());
  writeFileSync(join(directory, 'b'), 'here now');
  keys.push(key(), stampKey({ files: [file, join(directory, 'b')], values: [26] }));
  expect(new Set(keys).size).toBe(4);
  expect(key()).toBe(keys[2]);
});

test('content that moves from one file to the next changes the key', () => {
  const directory = temporaryDirectory();
  const [a, b] = [join(directory, 'a'), join(directory, 'b')];
  const keyOf = (first: string, second: string) => {
    writeFileSync(a, first);
    writeFileSync(b, second);
    return stampKey({ files: [a, b], values: [] });
  };
  expect(keyOf('xy', 'z')).not.toBe(keyOf('x', 'yz'));
});

test('a stamp is read back, and is gone once cleared', () => {
  const file = join(temporaryDirectory(), 'deep', 'stamp');
  expect(readStamp(file)).toBeUndefined();
  writeStamp(file, 'key');
  expect(readStamp(file)).toBe('key');
  clearStamp(file);
  clearStamp(file);
  expect(readStamp(file)).toBeUndefined();
});

test('a checkout without node_modules counts as neither installed nor generated', () => {
  const root = temporaryDirectory();
  writeFileSync(join(root, 'pnpm-lock.yaml'), 'lockfileVersion: 9\n');
  mkdirSync(join(root, 'prisma'));
  writeFileSync(join(root, 'prisma/schema.prisma'), '');
  expect(isInstalled({ root, nodeMajor: 24 })).toBe(false);
  expect(isGenerated(root)).toBe(false);
});
