/// <reference lib="dom" />
import type { Browser, Page } from 'playwright-core';
import { request } from './api.ts';
import { openContext, seriousFindings, type View } from './browser.ts';
import type { Product } from './product.ts';
import { until } from './until.ts';

/** Where the side of the page leads. */
export const places = ['/', '/jobs', '/new', '/cluster', '/models', '/settings'];
const tabs = ['layout', 'logs', 'checkpoints', 'events', 'plan', 'spec'];
const states = ['running', 'recovering', 'queued', 'succeeded', 'failed', 'cancelled'];

/** Themes, languages and widths in which pages are looked at: each of them twice. */
export const views: View[] = [
  { theme: 'light', language: 'en', width: 1440 },
  { theme: 'dark', language: 'zh', width: 1440 },
  { theme: 'dark', language: 'en', width: 390, height: 844 },
  { theme: 'light', language: 'zh', width: 390, height: 844 },
];

/** Addresses of every page: a job in each state that there is one in, every tab of one that runs, a node, lists with and without a job. */
export async function everyPage(product: Pick<Product, 'url' | 'token'>): Promise<string[]> {
  const firstOf = async <Item>(path: string) => (await request<{ items: Item[] }>(product, 'GET', path)).body.items[0];
  const jobs = await Promise.all(states.map((state) => firstOf<{ id: string }>(`jobs?state=${state}&order=oldest&limit=1`)));
  const [running] = jobs;
  const node = await firstOf<{ name: string }>('nodes?limit=1');
  return [
    ...places,
    ...jobs.flatMap((job) => (job ? [`/jobs/${job.id}`] : [])),
    ...(running ? tabs.map((tab) => `/jobs/${running.id}?tab=${tab}`) : []),
    ...(node ? [`/cluster/nodes/${node.name}`] : []),
    '/jobs?state=failed',
    '/jobs?search=nothing-is-called-so',
  ];
}

/** What can be wrong with a page however it was filled. */
export async function faultsOf(
  browser: Browser,
  {
    dashboard,
    paths,
    view,
    withAxe = true,
  }: {
    /** The address that signs in. */ dashboard: string;
    paths: readonly string[];
    view: View;
    /** It takes longer than all else. */ withAxe?: boolean;
  },
): Promise<string[]> {
  const { context, complaints } = await openContext(browser, view);
  const faults: string[] = [];
  const page = await context.newPage();
  await page.goto(dashboard);
  for (const path of paths) {
    await page.goto(new URL(path, dashboard).href);
    await settled(page);
    const add = (found: readonly string[]) => faults.push(...found.map((fault) => `${path}: ${fault}`));
    if (withAxe) add(await seriousFindings(page));
    add(await layoutFaults(page, view.language === 'zh' ? 'zh' : 'en'));
  }
  faults.push(...complaints.list());
  await context.close();
  return faults;
}

/** A page is there when its heading is, and nothing of it stands for something that is still to come. */
export async function settled(page: Page): Promise<void> {
  await page.getByRole('heading', { level: 1 }).waitFor();
  await page.locator('[aria-busy="true"], [data-skeleton]').first().waitFor({ state: 'detached' });
}

/** The loss that a job's page shows, when it shows one. */
export async function lossOn(page: Page): Promise<number> {
  return until(
    async () => {
      const found = /Loss\s+(\d+\.\d+)/.exec(await page.locator('main').innerText())?.[1];
      return found === undefined ? undefined : Number(found);
    },
    { timeoutMs: 60_000, what: 'a loss on the page' },
  );
}

/** Run in the page. */
async function layoutFaults(page: Page, language: string): Promise<string[]> {
  return page.evaluate((wanted) => {
    const found: string[] = [];
    const { scrollWidth, clientWidth } = document.documentElement;
    if (scrollWidth > clientWidth) found.push(`is ${scrollWidth - clientWidth} px wider than the screen`);
    const headings = document.querySelectorAll('h1').length;
    if (headings !== 1) found.push(`has ${headings} main headings`);
    if (!document.documentElement.lang.startsWith(wanted)) found.push(`says that its language is ${document.documentElement.lang}`);
    if (document.title === '' || document.title === 'Massif') found.push('has no title of its own');
    return found;
  }, language);
}
