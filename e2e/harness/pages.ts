/// <reference lib="dom" />
import type { Browser, Page } from 'playwright-core';
import { openContext, seriousFindings, type View } from './browser.ts';
import { until } from './until.ts';

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
