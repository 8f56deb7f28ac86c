/// <reference lib="dom" />
import type { Browser, Page } from 'playwright-core';
import { openContext, seriousFindings, type View } from './browser.ts';

/** What can be wrong with a page however it was filled. */
export async function faultsOf(
  browser: Browser,
  { dashboard, paths, view }: { /** The address that signs in. */ dashboard: string; paths: readonly string[]; view: View },
): Promise<string[]> {
  const { context, complaints } = await openContext(browser, view);
  const faults: string[] = [];
  const page = await context.newPage();
  await page.goto(dashboard);
  for (const path of paths) {
    await page.goto(new URL(path, dashboard).href);
    await settled(page);
    const add = (found: readonly string[]) => faults.push(...found.map((fault) => `${path}: ${fault}`));
    add(await seriousFindings(page));
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
