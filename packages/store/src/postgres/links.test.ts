import { mkdirSync, mkdtempSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { makeLinks } from './links.ts';

/** A package as npm unpacks it. */
function unpacked({ links = true } = {}): string {
  const directory = mkdtempSync(join(tmpdir(), 'massif-links-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  mkdirSync(join(directory, 'native/lib'), { recursive: true });
  writeFileSync(join(directory, 'native/lib/libpq.so.5.18'), 'library');
  const list = ['libpq.so', 'libpq.so.5'].map((name) => ({ source: 'native/lib/libpq.so.5.18', target: `native/lib/${name}` }));
  if (links) writeFileSync(join(directory, 'native/pg-symlinks.json'), JSON.stringify(list));
  return directory;
}

test('libraries are found under every name, also after the package was moved, and what is there stays', () => {
  const directory = unpacked();
  writeFileSync(join(directory, 'native/lib/libpq.so'), 'there already');
  makeLinks(directory, '@x/y');
  makeLinks(directory, '@x/y');
  expect(readlinkSync(join(directory, 'native/lib/libpq.so.5'))).toBe('libpq.so.5.18');
  expect(readFileSync(join(directory, 'native/lib/libpq.so.5'), 'utf8')).toBe('library');
  expect(readFileSync(join(directory, 'native/lib/libpq.so'), 'utf8')).toBe('there already');
});

test('a platform that needs no links gets none', () => {
  expect(() => makeLinks(unpacked({ links: false }), '@x/y')).not.toThrow();
});

test('where they cannot be made it says what to do', () => {
  const directory = unpacked();
  rmSync(join(directory, 'native/lib'), { recursive: true });
  expect(() => makeLinks(directory, '@x/y')).toThrow(/install Massif again with --allow-scripts=@x\/y/);
});
