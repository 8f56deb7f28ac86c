import { expect, it } from 'vitest';
import { join } from 'node:path';
import { request } from './harness/api.ts';
import { everyPage, faultsOf, views } from './harness/pages.ts';
import { startProduct } from './harness/product.ts';
import { visitor } from './harness/visitor.ts';

/** Every page as it is with 1,000 nodes and 2,000 jobs, in both themes and languages, wide and narrow. */

const here = visitor('demo-pages', (home) =>
  startProduct(home, { arguments: ['--demo'], installation: join(home, 'demo'), timeoutMs: 300_000 }),
);

it.each(views)('$theme, $language, $width px', async (view) => {
  const { body: nodes } = await request<{ total: number }>(here.product, 'GET', 'nodes?limit=1');
  expect(nodes.total).toBe(1000);
  const paths = await everyPage(here.product);
  expect(paths.length).toBeGreaterThan(15);
  expect(await faultsOf(here.browser, { dashboard: here.product.dashboard, paths, view })).toEqual([]);
});
