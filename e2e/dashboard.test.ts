import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { jobReaches, request, type JobView } from './harness/api.ts';
import { openBrowser, openContext, type Complaints } from './harness/browser.ts';
import { temporaryDirectory } from './harness/directory.ts';
import { startProduct, type Product } from './harness/product.ts';
import { until } from './harness/until.ts';

/** A person at the dashboard: from a template, by the form, by the keyboard alone. */

const { path: home, remove } = temporaryDirectory('dashboard');
let product: Product;
let browser: Browser;
let context: BrowserContext;
let complaints: Complaints;
let page: Page;

beforeAll(async () => {
  [product, browser] = await Promise.all([startProduct(home), openBrowser()]);
});
afterAll(async () => {
  await browser?.close();
  await product?.stop();
  remove();
});
beforeEach(async () => {
  ({ context, complaints } = await openContext(browser));
  page = await context.newPage();
  await page.goto(product.dashboard);
  await page.getByRole('heading', { name: 'Overview' }).waitFor();
});
afterEach(async () => {
  expect(complaints.list()).toEqual([]);
  await context.close();
});

const jobInAddress = () => /\/jobs\/(job_[0-9A-Z]{26})/.exec(page.url())?.[1];
const openedJob = () => until(jobInAddress, { timeoutMs: 30_000, what: 'the page of the new job' });
/** The state that stands beside the job's name. */
const state = (word: string) => page.locator('header, main').getByText(word, { exact: true }).first();
const cancelAll = async () => {
  const { body } = await request<{ items: JobView[] }>(product, 'GET', 'jobs?state=queued,admitted,launching,running,recovering');
  for (const { id } of body.items) {
    await request(product, 'POST', `jobs/${id}/cancel`);
    await jobReaches(product, id, (job) => job.state === 'cancelled');
  }
};

it('gets from a template to a running job in three clicks, without a key', async () => {
  await page.getByRole('link', { name: 'New job' }).first().click();
  await page
    .getByRole('button', { name: /^Start (?!job$)/ })
    .first()
    .click();
  const id = await openedJob();
  await state('Running').waitFor({ timeout: 60_000 });
  const job = await jobReaches(product, id, ({ progress }) => (progress?.step ?? 0) > 0);
  expect(job.attempt).toBe(1);
  await cancelAll();
});

it('submits by the form, sees the loss fall, a rank die and the job recover, and cancels', { timeout: 300_000 }, async () => {
  await page.goto(`${product.url}/new`);
  await page.getByLabel('Name').fill('by-the-form');
  await page.getByRole('textbox', { name: /^Steps/ }).fill('5000');
  await page.getByRole('textbox', { name: /^Checkpoint every/ }).fill('10');
  await page.getByRole('button', { name: 'Start job' }).click();
  const id = await openedJob();
  await page.getByRole('heading', { name: 'by-the-form' }).waitFor();
  await state('Running').waitFor({ timeout: 60_000 });

  const loss = async () => {
    const shown = await page.locator('main').innerText();
    const found = /Loss\s+(\d+\.\d+)/.exec(shown)?.[1];
    return found === undefined ? undefined : Number(found);
  };
  const first = await until(loss, { timeoutMs: 60_000, what: 'a loss on the page' });
  await expect.poll(loss, { timeout: 120_000 }).toBeLessThan(first - 0.5);

  await expect
    .poll(async () => (await request<{ total: number }>(product, 'GET', `jobs/${id}/checkpoints`)).body.total, { timeout: 120_000 })
    .toBeGreaterThan(0);
  const { body } = await request<{ items: { ranks: { pid: number }[] }[] }>(product, 'GET', `jobs/${id}/attempts`);
  process.kill(body.items[0]!.ranks[0]!.pid, 'SIGKILL');
  await page.getByText('Attempt 2').first().waitFor({ timeout: 60_000 });
  await state('Running').waitFor({ timeout: 60_000 });
  await page.getByRole('link', { name: 'Events' }).click();
  await page.getByText('The gang was lost').first().waitFor();
  await page
    .getByText(/It goes on from step \d+/)
    .first()
    .waitFor();

  await page.getByRole('button', { name: 'Cancel job' }).click();
  await page.getByRole('alertdialog').getByRole('button', { name: 'Cancel job' }).click();
  await state('Cancelled').waitFor({ timeout: 60_000 });
  expect((await jobReaches(product, id, (job) => job.state === 'cancelled')).state).toBe('cancelled');
});

it('submits from the keyboard alone', async () => {
  await page.keyboard.press('c');
  await page.getByRole('heading', { name: 'New job' }).waitFor();
  await page.getByRole('button', { name: 'Start job' }).waitFor();
  const focused = () => page.evaluate('document.activeElement?.textContent ?? ""');
  await until(
    async () => {
      await page.keyboard.press('Tab');
      return (await focused()) === 'Start job';
    },
    { timeoutMs: 30_000, what: 'the button to be reached by Tab', everyMs: 0 },
  );
  await page.keyboard.press('Enter');
  const id = await openedJob();
  const job = await jobReaches(product, id, ({ progress }) => (progress?.step ?? 0) > 0);
  expect(job.attempt).toBe(1);
  await cancelAll();
});
