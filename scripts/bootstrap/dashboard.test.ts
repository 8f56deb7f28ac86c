import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { buildDashboard, isDashboardBuilt } from './dashboard.mjs';
import { checkout } from './paths.mjs';
import { temporaryDirectory } from './temporary.ts';

/** A checkout of a dashboard that shows one line of a package, and Vite itself. */
function checkoutWith(line: string) {
  const root = temporaryDirectory();
  const write = (path: string, text: string) => {
    mkdirSync(join(root, path, '..'), { recursive: true });
    writeFileSync(join(root, path), text);
  };
  write('apps/dashboard/package.json', JSON.stringify({ type: 'module', dependencies: { '@massif/words': 'workspace:*', react: '1' } }));
  write('apps/dashboard/index.html', '<!doctype html><script type="module" src="/main.ts"></script>');
  write('apps/dashboard/main.ts', "import { line } from '@massif/words';\ndocument.body.textContent = line;\n");
  write('packages/words/package.json', JSON.stringify({ name: '@massif/words', exports: './index.ts' }));
  write('packages/words/index.ts', `export const line: string = ${JSON.stringify(line)};\n`);
  mkdirSync(join(root, 'apps/dashboard/node_modules/@massif'), { recursive: true });
  symlinkSync(join(root, 'packages/words'), join(root, 'apps/dashboard/node_modules/@massif/words'));
  symlinkSync(join(checkout, 'apps/dashboard/node_modules/vite'), join(root, 'apps/dashboard/node_modules/vite'));
  const options = { root, node: process.execPath, environment: process.env, abort: new AbortController().signal };
  const assets = join(root, 'apps/dashboard/dist/assets');
  const script = () =>
    readFileSync(
      join(
        assets,
        readdirSync(assets).find((name) => name.endsWith('.js'))!,
      ),
      'utf8',
    );
  return { root, options, write, assets, script };
}

test('the dashboard is built once, and again when it, a package that it uses or the lockfile changes', async () => {
  const { root, options, write, script } = checkoutWith('first words');
  expect(isDashboardBuilt(root)).toBe(false);
  await buildDashboard(options);
  expect(isDashboardBuilt(root)).toBe(true);
  expect(script()).toContain('first words');
  write('packages/words/index.ts', "export const line: string = 'second words';\n");
  expect(isDashboardBuilt(root)).toBe(false);
  await buildDashboard(options);
  expect(script()).toContain('second words');
  expect(readdirSync(join(root, 'apps/dashboard')).filter((name) => name.startsWith('dist'))).toEqual(['dist']);
  for (const path of ['apps/dashboard/main.ts', 'pnpm-lock.yaml']) {
    await buildDashboard(options);
    expect(isDashboardBuilt(root)).toBe(true);
    write(path, '// changed\n');
    expect(isDashboardBuilt(root), path).toBe(false);
  }
});

test('a test that changes is no reason to build, a built one that was removed is', async () => {
  const { root, options, write } = checkoutWith('words');
  await buildDashboard(options);
  write('packages/words/index.test.ts', '// new\n');
  expect(isDashboardBuilt(root)).toBe(true);
  rmSync(join(root, 'apps/dashboard/dist'), { recursive: true });
  expect(isDashboardBuilt(root)).toBe(false);
});

test('what is large and gets smaller lies beside itself, compressed', async () => {
  const words = 'all work and no play makes a dull page '.repeat(100);
  const { options, assets, script } = checkoutWith(words);
  await buildDashboard(options);
  const [name = ''] = readdirSync(assets).filter((file) => file.endsWith('.js'));
  expect(brotliDecompressSync(readFileSync(join(assets, `${name}.br`))).toString()).toBe(script());
  expect(gunzipSync(readFileSync(join(assets, `${name}.gz`))).toString()).toBe(script());
  expect(existsSync(join(assets, '../index.html.gz'))).toBe(false);
});

test('sources that cannot be built are a problem to be repaired, with the output of Vite, and the old dashboard stays', async () => {
  const { root, options, write, script } = checkoutWith('words that stay');
  await buildDashboard(options);
  write('apps/dashboard/main.ts', 'const broken = ;\n');
  await expect(buildDashboard(options)).rejects.toMatchObject({ exitCode: 4, detail: expect.stringContaining('main.ts') });
  expect(isDashboardBuilt(root)).toBe(false);
  expect(script()).toContain('words that stay');
});

test('a build that is cut off leaves the old dashboard, and is made again', async () => {
  const { root, options, write, script } = checkoutWith('old words');
  await buildDashboard(options);
  write('packages/words/index.ts', "export const line: string = 'new words';\n");
  const abort = new AbortController();
  await expect(buildDashboard({ ...options, abort: abort.signal, onStart: () => abort.abort(new Error('enough')) })).rejects.toThrow(
    'enough',
  );
  expect(script()).toContain('old words');
  expect(isDashboardBuilt(root)).toBe(false);
  await buildDashboard(options);
  expect(script()).toContain('new words');
});
