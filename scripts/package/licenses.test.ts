import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryDirectory } from '../bootstrap/temporary.ts';
import { renderLicenses } from './licenses.mjs';

/** A module of a package with this manifest and perhaps a text. */
function moduleOf(root: string, name: string, manifest: object, text?: string): string {
  const folder = join(root, 'node_modules/.store/x/node_modules', name);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name, version: '1.0.0', ...manifest }));
  if (text !== undefined) writeFileSync(join(folder, 'LICENSE.md'), text);
  return join(folder, 'lib/index.js');
}

test('every package is there once with its text, or with whom it belongs to; code of ours is not', () => {
  const root = temporaryDirectory();
  const a = moduleOf(root, '@x/a', { license: 'MIT' }, 'The text of a.\n');
  const b = moduleOf(root, 'b', { license: 'ISC', author: { name: 'Bo' } });
  const page = renderLicenses([b, a, a.replace('index', 'other'), join(root, 'packages/ours/src/index.ts')]);
  expect(page.slice(page.indexOf('## '))).toBe('## @x/a 1.0.0\n\nMIT\n\nThe text of a.\n\n## b 1.0.0\n\nISC\n\nCopyright Bo\n');
});

test('a licence that nobody has looked at is an error', () => {
  const root = temporaryDirectory();
  expect(() => renderLicenses([moduleOf(root, 'c', { license: 'GPL-3.0' })])).toThrow('c 1.0.0 (GPL-3.0)');
  expect(() => renderLicenses([moduleOf(root, 'd', {})])).toThrow('d 1.0.0 (none)');
});
