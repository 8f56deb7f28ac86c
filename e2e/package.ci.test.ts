import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { JobView } from './harness/api.ts';
import { openBrowser, openContext } from './harness/browser.ts';
import { temporaryDirectory } from './harness/directory.ts';
import { installPackage, type InstalledPackage } from './harness/package.ts';
import { lossOn, settled } from './harness/pages.ts';
import { processesOf, runMassif, startProduct, type Product } from './harness/product.ts';
import { until } from './harness/until.ts';

const checkout = fileURLToPath(new URL('..', import.meta.url));
const { path: directory, remove } = temporaryDirectory('package');
let installed: InstalledPackage;

beforeAll(() => {
  installed = installPackage(directory);
}, 300_000);
afterAll(remove);

const massif = (...words: string[]) => runMassif(installed.home, words, { place: installed });

/** Runs a command that must succeed, for what it prints. */
async function output(...words: string[]): Promise<string> {
  const { status, stdout, stderr } = await massif(...words);
  expect(status, stderr).toBe(0);
  return stdout;
}

/** The example as a user gets it, with less to do. */
async function writeShortExample(): Promise<void> {
  let spec = await output('example', 'moby-dick');
  for (const [from, to] of [
    ['steps: 400', 'steps: 10'],
    ['globalBatch: 16', 'globalBatch: 4'],
    ['warmupSteps: 40', 'warmupSteps: 2'],
    ['every: 100', 'every: 10'],
  ] as const) {
    expect(spec).toContain(from);
    spec = spec.replace(from, to);
  }
  writeFileSync(join(installed.cwd, 'job.yaml'), spec);
}

test('it holds plain JavaScript that knows nothing of this checkout, and the licences of what is inside', () => {
  const files = readdirSync(installed.root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
  expect(files.length).toBeGreaterThan(50);
  expect(files.filter((file) => /\.tsx?$|\.test\.|\/node_modules\/massif\/(apps|packages|e2e)\//.test(file))).toEqual([]);
  expect(files.filter((file) => readFileSync(file, 'utf8').includes(checkout.replace(/\/$/, '')))).toEqual([]);
  const licenses = readFileSync(join(installed.root, 'dist/THIRD_PARTY_LICENSES.md'), 'utf8');
  for (const name of ['fastify', 'zod', '@prisma/client']) expect(licenses).toContain(`\n## ${name} `);
  expect(readFileSync(join(installed.root, 'dist/apps/dashboard/dist/licenses.md'), 'utf8')).toContain('react');
  for (const name of ['LICENSE', 'README.md']) expect(existsSync(join(installed.root, name)), name).toBe(true);
});

test('the commands of the engine and of the planner work', async () => {
  await writeShortExample();
  expect(JSON.parse(await output('engine', 'matmul', '--m', '64', '--n', '64', '--k', '64', '--json'))).toMatchObject({
    gflops: expect.any(Number),
  });
  expect(JSON.parse(await output('plan', '-f', 'job.yaml', '--json'))).toMatchObject({ plans: [{ layout: { dp: 2 } }] });
  const lines = (await output('train', '-f', 'job.yaml', '--local', '--json', '--out', 'model')).trim().split('\n');
  const steps = lines.map((line) => JSON.parse(line) as { step?: number; loss?: number }).filter(({ loss }) => loss !== undefined);
  expect(steps.map(({ step }) => step)).toEqual(Array.from({ length: 10 }, (_, step) => step));
  expect(steps.at(-1)!.loss).toBeLessThan(steps[0]!.loss!);
  expect(readdirSync(join(installed.cwd, 'model'))).toEqual(expect.arrayContaining(['config.json', 'model.safetensors', 'tokenizer.json']));
});

describe('npx massif up in an empty directory', () => {
  let product: Product;
  let cookie: string;

  beforeAll(async () => {
    product = await startProduct(installed.home, { place: installed });
  }, 120_000);
  afterAll(async () => {
    await product?.stop('SIGKILL');
    await until(() => processesOf(directory).length === 0, { timeoutMs: 10_000, what: 'every process to be gone' });
  });

  const get = (path: string, headers: Record<string, string> = {}) =>
    fetch(new URL(path, product.url), { headers: { cookie, ...headers }, redirect: 'manual' });

  test('signs a browser in by the address that it prints, and serves the dashboard', async () => {
    const { status, headers } = await fetch(product.dashboard, { redirect: 'manual' });
    expect([status, headers.get('location')]).toEqual([303, '/']);
    [cookie = ''] = headers.getSetCookie().map((text) => text.split(';')[0]!);
    const page = await (await get('/', { accept: 'text/html' })).text();
    const assets = [...page.matchAll(/(?:src|href)="(\/[^"]+)"/g)].map(([, path]) => path!);
    expect(assets.map((path) => extname(path))).toEqual(expect.arrayContaining(['.js', '.css', '.svg']));
    for (const path of assets) {
      const reply = await get(path, { 'accept-encoding': 'br' });
      expect(reply.status, path).toBe(200);
      const { length } = await reply.text();
      expect(length, path).toBeGreaterThan(100);
      if (length >= 1024) expect(reply.headers.get('content-encoding'), path).toBe('br');
    }
  });

  test('serves the documentation of its API', async () => {
    expect(await (await get('/docs/')).text()).toContain('Swagger UI');
    for (const name of ['swagger-ui-bundle.js', 'swagger-ui.css']) expect((await get(`/docs/static/${name}`)).status, name).toBe(200);
    expect(((await (await get('/openapi.json')).json()) as { openapi: string }).openapi).toMatch(/^3\.1/);
  });

  test('trains Moby Dick to its end', { timeout: 1_500_000 }, async () => {
    writeFileSync(join(installed.cwd, 'moby-dick.yaml'), await output('example', 'moby-dick'));
    expect(await output('submit', '-f', 'moby-dick.yaml', '--follow')).toContain('succeeded');
    const { items } = (await (await get('/api/v1/jobs')).json()) as { items: JobView[] };
    expect(items).toMatchObject([{ name: 'moby-dick', state: 'succeeded', progress: { step: 400 } }]);
    expect(readdirSync(items[0]!.result!.model!)).toContain('model.safetensors');
    expect(items[0]!.result!.model).toContain(installed.home);
  });

  test('shows it in a browser', async () => {
    const browser = await openBrowser();
    const { context, complaints } = await openContext(browser);
    const page = await context.newPage();
    await page.goto(product.dashboard);
    await page.getByRole('navigation').getByRole('link', { name: 'Jobs' }).click();
    await page.getByRole('link', { name: 'moby-dick' }).first().click();
    await page.getByRole('heading', { name: 'moby-dick', level: 1 }).waitFor();
    await page.getByText('Succeeded', { exact: true }).first().waitFor();
    // A text of single letters in the shares they have there is at 5.74 nats; this one has learnt words.
    expect(await lossOn(page)).toBeLessThan(5);
    await settled(page);
    expect(complaints.list()).toEqual([]);
    await browser.close();
  });

  test('leaves nothing behind within ten seconds when npx gets a SIGTERM, which a shell does not pass on', async () => {
    expect(processesOf(directory).length).toBeGreaterThan(5);
    await product.stop('SIGTERM');
    await until(() => processesOf(directory).length === 0, { timeoutMs: 10_000, what: 'every process to be gone' });
    expect(existsSync(join(installed.home, 'control-plane.json'))).toBe(false);
  });
});
