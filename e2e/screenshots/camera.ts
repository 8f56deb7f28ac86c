/// <reference lib="dom" />
import { join } from 'node:path';
import type { Browser, Page, PageScreenshotOptions, Request } from 'playwright-core';
import { openContext, type View } from '../harness/browser.ts';
import { settled } from '../harness/pages.ts';
import { until } from '../harness/until.ts';

export interface Shot {
  /** Of its file, which ends in the view's name. */
  name: string;
  /** What stands after the origin. */
  path: string;
  /** What somebody does there before the picture is taken. */
  act?: (page: Page) => Promise<void>;
  /** Of somebody who is not signed in. */
  signedOut?: true;
}

/** Higher than this, a page is cut off. */
const highestPx = 3000;

/** Takes pictures of a running product, each view in a browser of its own. @returns what did not come as it should */
export async function takeAll(
  browser: Browser,
  {
    dashboard,
    shots,
    view,
    suffix,
    directory,
    wholePage,
  }: {
    /** The address that signs in. */
    dashboard: string;
    shots: readonly Shot[];
    view: View;
    suffix: string;
    directory: string;
    /** Down to its end, and not only what fits the screen. */
    wholePage: boolean;
  },
): Promise<string[]> {
  const faults: string[] = [];
  for (const signedOut of [false, true]) {
    const mine = shots.filter((shot) => (shot.signedOut ?? false) === signedOut);
    if (mine.length === 0) continue;
    const { context } = await openContext(browser, view);
    const page = await context.newPage();
    const quiet = watchRequests(page);
    if (!signedOut) await page.goto(dashboard);
    for (const { name, path, act } of mine) {
      // A draft of a new job is kept in the browser.
      if (!signedOut) await page.evaluate(() => sessionStorage.clear());
      await page.goto(new URL(path, dashboard).href);
      try {
        await settled(page);
        await quiet();
        await act?.(page);
        await quiet();
      } catch (error) {
        faults.push(`${name}-${suffix}: ${error instanceof Error ? error.message : String(error)}`);
      }
      await drawn(page);
      await page.screenshot({
        path: join(directory, `${name}-${suffix}.png`),
        animations: 'disabled',
        caret: 'hide',
        ...(wholePage ? await wholeOf(page) : {}),
      });
    }
    await context.close();
  }
  return faults;
}

/** A page down to its end; a dialog covers the screen only. */
async function wholeOf(page: Page): Promise<PageScreenshotOptions> {
  const { width, height: screen } = page.viewportSize()!;
  if (await page.getByRole('dialog').or(page.getByRole('alertdialog')).first().isVisible()) return {};
  const height = await page.evaluate(() => document.documentElement.scrollHeight);
  return height <= screen ? {} : { fullPage: true, clip: { x: 0, y: 0, width, height: Math.min(height, highestPx) } };
}

/** Fonts are there, and what is drawn a frame after it is known has been drawn. */
async function drawn(page: Page): Promise<void> {
  await page.evaluate(async () => {
    await document.fonts.ready;
    for (let frame = 0; frame < 3; frame += 1) await new Promise(requestAnimationFrame);
  });
}

/** @returns a function that waits until a page has been reading nothing for a while; the stream, which never ends, does not count */
function watchRequests(page: Page): () => Promise<void> {
  const open = new Set<Request>();
  let lastMs = performance.now();
  page.on('request', (request) => {
    if (new URL(request.url()).pathname === '/api/v1/stream') return;
    open.add(request);
    lastMs = performance.now();
  });
  const onEnd = (request: Request) => {
    if (open.delete(request)) lastMs = performance.now();
  };
  page.on('requestfinished', onEnd).on('requestfailed', onEnd);
  return async () => {
    const isQuiet = () => open.size === 0 && performance.now() - lastMs > 400;
    await until(isQuiet, { timeoutMs: 60_000, what: `${page.url()} to have read everything` });
  };
}
