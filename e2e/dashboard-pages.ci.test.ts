import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { jobReaches, request } from './harness/api.ts';
import { openBrowser, openContext } from './harness/browser.ts';
import { temporaryDirectory } from './harness/directory.ts';
import { smallJob } from './harness/jobs.ts';
import { everyPage, faultsOf, places, settled, views } from './harness/pages.ts';
import { startProduct, type Product } from './harness/product.ts';

/** Every page, empty and full, in both themes and languages, wide and narrow. */

const { path: home, remove } = temporaryDirectory('pages');
let product: Product;
let browser: Browser;

beforeAll(async () => {
  [product, browser] = await Promise.all([startProduct(home), openBrowser()]);
});
afterAll(async () => {
  await browser?.close();
  await product?.stop();
  remove();
});

it.each(views)('on an installation without a job: $theme, $language, $width px', async (view) => {
  expect(await faultsOf(browser, { dashboard: product.dashboard, paths: places, view })).toEqual([]);
});

describe('with jobs that ended well, failed, run and wait', () => {
  beforeAll(async () => {
    const submit = async (body: object) => (await request<{ id: string }>(product, 'POST', 'jobs', { body })).body.id;
    const good = await submit(smallJob({ name: 'good', steps: 30 }));
    const bad = await submit({ ...smallJob({ name: 'bad', steps: 5000 }), limits: { maxDuration: '1s' } });
    const long = await submit(smallJob({ name: 'long', steps: 100_000 }));
    await jobReaches(product, good, ({ state }) => state === 'succeeded');
    await jobReaches(product, bad, ({ state }) => state === 'failed');
    await jobReaches(product, long, ({ progress }) => (progress?.step ?? 0) > 5);
    const waiting = await submit(smallJob({ name: 'waiting', steps: 10 }));
    await jobReaches(product, waiting, ({ state }) => state === 'queued');
  });

  it.each(views)('$theme, $language, $width px', async (view) => {
    const paths = await everyPage(product);
    // Four jobs, six tabs, a node, two lists.
    expect(paths).toHaveLength(places.length + 4 + 6 + 1 + 2);
    expect(await faultsOf(browser, { dashboard: product.dashboard, paths, view })).toEqual([]);
  });

  it('every place, listed job and node is a link', async () => {
    const { context } = await openContext(browser);
    const page = await context.newPage();
    await page.goto(product.dashboard);
    await settled(page);
    const navigation = page.getByRole('navigation').getByRole('link');
    const hrefs = await navigation.evaluateAll((links) => links.map((link) => link.getAttribute('href')));
    for (const place of places) expect(hrefs).toContain(place);
    await page.goto(`${product.url}/jobs`);
    await expect.poll(() => page.locator('a[href^="/jobs/job_"]').count()).toBeGreaterThanOrEqual(4);
    await page.goto(`${product.url}/cluster`);
    await page.locator('a[href^="/cluster/nodes/"]').first().waitFor();
    await context.close();
  });
});

it('the first load is less than 250 kB of gzipped JavaScript', async () => {
  const { context } = await openContext(browser);
  const page = await context.newPage();
  const sizes: Promise<number>[] = [];
  page.on('response', (response) => {
    if (response.url().endsWith('.js'))
      sizes.push(
        response
          .request()
          .sizes()
          .then(({ responseBodySize }) => responseBodySize),
      );
  });
  await page.goto(product.dashboard);
  await settled(page);
  const bytes = (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
  expect(bytes).toBeGreaterThan(50_000);
  expect(bytes).toBeLessThan(250_000);
  await context.close();
});
