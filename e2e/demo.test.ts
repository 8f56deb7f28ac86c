import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { request, series } from './harness/api.ts';
import { temporaryDirectory } from './harness/directory.ts';
import { processesOf, startProduct, type Product } from './harness/product.ts';
import { until } from './harness/until.ts';

const { path: home, remove } = temporaryDirectory('demo');
const demoHome = join(home, 'demo');
/** An hour passes in 24 s, so that what takes a day of a large cluster is seen on a small one. */
const demo = ['--demo', '--seed', '3', '--nodes', '20', '--jobs', '50', '--speed', '150'];
let product: Product;
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
  (await request<{ items: Summary[]; total: number }>(product, 'GET', `jobs?view=summary&${query}`)).body;
const patience = { timeoutMs: 180_000, everyMs: 500 };

beforeAll(async () => {
  startedAt = new Date().toISOString();
  product = await startProduct(home, { arguments: demo, installation: demoHome });
});
afterAll(async () => {
  await product?.stop('SIGKILL');
  remove();
});

describe('massif up --demo', () => {
  it('begins with a full day behind it, and says that it is a demo', async () => {
    expect((await request(product, 'GET', 'session')).body).toMatchObject({ demo: true });
    const { body: nodes } = await request<{ total: number }>(product, 'GET', 'nodes?limit=1');
    expect(nodes.total).toBe(20);
    const { body: usage } = await request<{ allocated: (number | null)[]; busy: (number | null)[] }>(product, 'GET', 'usage?points=96');
    for (const column of [usage.allocated, usage.busy])
      expect(column.filter((value) => value !== null && value > 0).length).toBeGreaterThan(90);
    expect((await jobs('state=running&limit=1')).total).toBeGreaterThan(10);
    expect((await jobs('state=succeeded&limit=1')).total).toBeGreaterThan(0);
  });

  it('goes on: jobs train, end well and badly, and recover, while new ones come', async () => {
    const [running] = (await jobs('state=running&limit=1')).items;
    const steps = async () => (await request<{ total: number }>(product, 'GET', `jobs/${running!.id}/metrics?limit=1`)).body.total;
    const before = await steps();
    await until(async () => (await steps()) > before, { ...patience, what: 'a job to train' });
    const since = ({ endedAt }: Summary) => endedAt !== null && endedAt > startedAt;
    for (const state of ['succeeded', 'failed'])
      await until(async () => (await jobs(`state=${state}&limit=200`)).items.some(since), { ...patience, what: `a job to be ${state}` });
    await until(
      async () => {
        const again = (await jobs('state=running,succeeded&limit=200')).items.filter(({ attempt }) => attempt > 1);
        for (const { id } of again) {
          const events = await series<{ to: string | null; time: string }>(product, `jobs/${id}/events`);
          if (events.some(({ to, time }) => to === 'recovering' && time > startedAt)) return true;
        }
        return false;
      },
      { ...patience, everyMs: 2000, what: 'a job to recover' },
    );
    const active = await jobs('state=submitted,planned,queued,admitted,launching,running,recovering&limit=1');
    expect(active.total).toBeGreaterThan(30);
    expect(active.total).toBeLessThan(70);
    const { body } = await request<{ busy: number | null }>(product, 'GET', 'overview');
    expect(body.busy).toBeGreaterThan(0.3);
  });

  it('is found again where it was, in a home of its own', async () => {
    expect(await product.stop('SIGTERM')).toBe(130);
    await until(() => processesOf(home).length === 0, { timeoutMs: 10_000, what: 'every process to be gone' });
    product = await startProduct(home, { arguments: demo, installation: demoHome });
    const { total } = await jobs('state=running&limit=1');
    expect(total).toBeGreaterThan(5);
    expect(await product.stop()).toBe(130);
  });
});
