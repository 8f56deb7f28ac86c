import { join } from 'node:path';
import { openBrowser, openContext, preparePast, startProduct, temporaryDirectory, type Product } from '@massif/e2e/harness';
import type { Page } from 'playwright-core';

interface DashboardOptions {
  /** Jobs that have ended before the product is started. */
  pastJobs?: number;
  /** With a cluster of 1,000 simulated nodes. */
  demo?: boolean;
  /** Run in each page before the scripts of its own. */
  watch(): void;
}

/** Starts the product in an empty home and signs a browser of 1440 x 900 px in; ends both when `measure` has ended, however that was. */
export async function withDashboard(
  { pastJobs = 0, demo = false, watch }: DashboardOptions,
  measure: (page: Page, product: Product) => Promise<void>,
): Promise<void> {
  const { path: home, remove } = temporaryDirectory('bench');
  await using ends = new AsyncDisposableStack();
  ends.defer(remove);
  if (pastJobs > 0) await preparePast(home, pastJobs);
  const product = await startProduct(home, demo ? { arguments: ['--demo'], installation: join(home, 'demo'), timeoutMs: 300_000 } : {});
  ends.defer(async () => void (await product.stop()));
  const browser = await openBrowser();
  ends.defer(() => browser.close());
  const { context } = await openContext(browser, { moves: true });
  const page = await context.newPage();
  await page.addInitScript(watch);
  await page.goto(product.dashboard);
  await page.getByRole('heading', { level: 1 }).waitFor();
  await measure(page, product);
}
