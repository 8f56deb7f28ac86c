import { appendFileSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { install, isInstalled } from './install.mjs';
import { environmentWith } from './node.mjs';
import { temporaryDirectory } from './temporary.ts';

const lockfile = `lockfileVersion: '9.0'

settings:
  autoInstallPeers: true
  excludeLinksFromLockfile: false

importers:

  .: {}

  packages/a: {}

  packages/b:
    dependencies:
      '@x/a':
        specifier: workspace:*
        version: link:../a
`;

/** A workspace that needs nothing from the network but pnpm itself. */
function workspace() {
  const root = temporaryDirectory();
  for (const [folder, content] of Object.entries({
    '.': { name: 'x', private: true },
    'packages/a': { name: '@x/a' },
    'packages/b': { name: '@x/b', dependencies: { '@x/a': 'workspace:*' } },
  })) {
    mkdirSync(join(root, folder), { recursive: true });
    writeFileSync(join(root, folder, 'package.json'), JSON.stringify(content));
  }
  writeFileSync(join(root, 'pnpm-workspace.yaml'), 'packages:\n  - packages/*\n');
  writeFileSync(join(root, 'pnpm-lock.yaml'), lockfile);
  return root;
}

const environment = environmentWith(process.execPath, process.env);
const abort = new AbortController().signal;

test('packages are installed once, and again when the lockfile or the major version of Node changes', async () => {
  const root = workspace();
  const options = { root, nodeMajor: 24, environment, abort };
  expect(isInstalled(options)).toBe(false);
  await install(options);
  expect(isInstalled(options)).toBe(true);
  expect(existsSync(join(root, 'packages/b/node_modules/@x/a/package.json'))).toBe(true);
  expect(isInstalled({ ...options, nodeMajor: 26 })).toBe(false);
  appendFileSync(join(root, 'pnpm-lock.yaml'), '\n');
  expect(isInstalled(options)).toBe(false);
});

test('what `npm install` made of node_modules is replaced', async () => {
  const root = workspace();
  const options = { root, nodeMajor: 24, environment, abort };
  await install(options);
  mkdirSync(join(root, 'node_modules/left-by-npm'));
  writeFileSync(join(root, 'node_modules/.package-lock.json'), '{}');
  expect(isInstalled(options)).toBe(false);
  await install(options);
  expect(isInstalled(options)).toBe(true);
  expect(existsSync(join(root, 'node_modules/left-by-npm'))).toBe(false);
});

test('a lockfile that does not fit the packages is a problem to be repaired, with the output of pnpm, and leaves no stamp', async () => {
  const root = workspace();
  writeFileSync(join(root, 'packages/a/package.json'), JSON.stringify({ name: '@x/a', dependencies: { zod: '^4.0.0' } }));
  const options = { root, nodeMajor: 24, environment, abort };
  await expect(install(options)).rejects.toMatchObject({ exitCode: 4, detail: expect.stringContaining('zod') });
  expect(isInstalled(options)).toBe(false);
});
