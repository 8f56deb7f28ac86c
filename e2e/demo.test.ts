import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { request, series } from './harness/api.ts';
import { everyPage, faultsOf, lossOn, settled } from './harness/pages.ts';
import { processesOf, startProduct } from './harness/product.ts';
import { until } from './harness/until.ts';
import { visitor } from './harness/visitor.ts';

/** An hour passes in 24 s, so that what takes a day of a large cluster is seen on a small one. */
const demo = ['--demo', '--seed', '3', '--nodes', '20', '--jobs', '50', '--speed', '150'];
const start = (home: string) => startProduct(home, { arguments: demo, installation: join(home, 'demo') });

const here = visitor('demo', start);
let startedAt: string;

interface Summary {
  id: string;
  name: string;
  state: string;
  attempt: number;
  endedAt: string | null;
  reason: { code: string } | null;
}

const jobs = async (query: string) =>
  (await request<{ items: Summary[]; total: number }>(here.product, 'GET', `jobs?view=summary&${query}`)).body;
const patience = { timeoutMs: 180_000, everyMs: 500 };

beforeAll(() => {
  startedAt = new Date().toISOString();
});

describe('massif up --demo', () => {
  it('begins with a full day behind it, and says that it is a demo', async () => {
    expect((await request(here.product, 'GET', 'session')).body).toMatchObject({ demo: true });
    const { body: nodes } = await request<{ total: number }>(here.product, 'GET', 'nodes?limit=1');
    expect(nodes.total).toBe(20);
    const { body: usage } = await request<{ allocated: (number | null)[]; busy: (number | null)[] }>(
      here.product,
      'GET',
      'usage?points=96',
    );
    for (const column of [usage.allocated, usage.busy])
      expect(column.filter((value) => value !== null && value > 0).length).toBeGreaterThan(90);
    expect((await jobs('state=running&limit=1')).total).toBeGreaterThan(10);
    expect((await jobs('state=succeeded&limit=1')).total).toBeGreaterThan(0);
  });

  it('goes on: jobs train, end well and badly, and recover, while new ones come', async () => {
    const [running] = (await jobs('state=running&limit=1')).items;
    const steps = async () => (await request<{ total: number }>(here.product, 'GET', `jobs/${running!.id}/metrics?limit=1`)).body.total;
    const before = await steps();
    await until(async () => (await steps()) > before, { ...patience, what: 'a job to train' });
    const since = ({ endedAt }: Summary) => endedAt !== null && endedAt > startedAt;
    for (const state of ['succeeded', 'failed'])
      await until(async () => (await jobs(`state=${state}&limit=200`)).items.some(since), { ...patience, what: `a job to be ${state}` });
    await until(
      async () => {
        const again = (await jobs('state=running,succeeded&limit=200')).items.filter(({ attempt }) => attempt > 1);
        for (const { id } of again) {
          const events = await series<{ to: string | null; time: string }>(here.product, `jobs/${id}/events`);
          if (events.some(({ to, time }) => to === 'recovering' && time > startedAt)) return true;
        }
        return false;
      },
      { ...patience, everyMs: 2000, what: 'a job to recover' },
    );
    const active = await jobs('state=submitted,planned,queued,admitted,launching,running,recovering&limit=1');
    expect(active.total).toBeGreaterThan(30);
    expect(active.total).toBeLessThan(70);
    const { body } = await request<{ busy: number | null }>(here.product, 'GET', 'overview');
    expect(body.busy).toBeGreaterThan(0.3);
  });

  it('fills the pages, with nothing wrong on any', async () => {
    const paths = await everyPage(here.product);
    expect(paths.length).toBeGreaterThan(15);
    expect(await faultsOf(here.browser, { dashboard: here.product.dashboard, paths, view: {}, withAxe: false })).toEqual([]);
  });

  it('shows devices, jobs and nodes on its pages', async () => {
    const { page, product } = here;
    await page.goto(product.dashboard);
    await settled(page);
    const links = (place: string) => page.locator(`main a[href^="${place}"]`);
    await expect.poll(() => links('/jobs/job_').count()).toBeGreaterThanOrEqual(10);
    await page.goto(`${product.url}/jobs`);
    await expect.poll(() => links('/jobs/job_').count()).toBeGreaterThan(15);
    await page.goto(`${product.url}/cluster`);
    await page.getByRole('application').locator('canvas').waitFor();
    await expect.poll(() => links('/cluster/nodes/').count()).toBe(20);
  });

  it('takes a job from a template in two clicks and shows how it ends, and cancels one that runs', async () => {
    const { page, product } = here;
    await page.goto(product.dashboard);
    await page.getByRole('link', { name: 'New job' }).first().click();
    await page.getByRole('button', { name: 'Start GPT-2 small from scratch' }).click();
    await page.waitForURL(/\/jobs\/job_/);
    await page.getByText('Succeeded', { exact: true }).first().waitFor();
    expect(await lossOn(page)).toBeGreaterThan(0);

    const [newest] = (await jobs('state=running&limit=1')).items;
    await page.goto(`${product.url}/jobs/${newest!.id}`);
    await page.getByRole('button', { name: 'Cancel job' }).click();
    await page.getByRole('alertdialog').getByRole('button', { name: 'Cancel job' }).click();
    await page.getByText('Cancelled', { exact: true }).first().waitFor();
  });

  it('is found again where it was, in a home of its own', async () => {
    expect(await here.product.stop('SIGTERM')).toBe(130);
    await until(() => processesOf(here.home).length === 0, { timeoutMs: 10_000, what: 'every process to be gone' });
    here.product = await start(here.home);
    const { total } = await jobs('state=running&limit=1');
    expect(total).toBeGreaterThan(5);
    expect(await here.product.stop()).toBe(130);
  });
});
