import type { Page } from 'playwright-core';
import { beforeEach, expect, it } from 'vitest';
import { settled } from './harness/pages.ts';
import { preparePast } from './harness/past.ts';
import { startProduct } from './harness/product.ts';
import { visitor } from './harness/visitor.ts';

/** The list of 100,000 jobs: every place has its job, wherever and however one scrolls. */

const count = 100_000;
const here = visitor('job-list', async (home) => {
  await preparePast(home, count);
  return startProduct(home);
});
let page: Page;

beforeEach(async () => {
  ({ page } = here);
  await page.goto(here.product.dashboard);
  await page.goto(`${here.product.url}/jobs`);
  await settled(page);
});

interface Place {
  index: number;
  top: number;
  bottom: number;
  /** Of the job that stands there; undefined while none does. */
  name: string | undefined;
}

/** What is drawn of the list, in the order of places. */
const places = () =>
  page.locator('tbody tr').evaluateAll((rows) =>
    rows
      .map((row): Place => {
        const { top, bottom } = row.getBoundingClientRect();
        return { index: Number(row.dataset['index']), top, bottom, name: row.querySelector('a')?.textContent ?? undefined };
      })
      .toSorted((a, b) => a.index - b.index),
  );

/** Waits until every place on the screen has a job, none is missing between two of them, and each is the one that `nameAt` says. */
async function expectScreen(nameAt: (index: number) => string): Promise<Place[]> {
  let seen: Place[] = [];
  await expect
    .poll(async () => {
      seen = await places();
      const shown = seen.filter(({ top, bottom }) => bottom > 40 && top < 900);
      const wrong = shown.filter(({ index, name }) => name !== nameAt(index)).map(({ index, name }) => `${index}: ${name}`);
      const torn = shown.slice(1).filter(({ index, top }, at) => index !== shown[at]!.index + 1 || Math.abs(top - shown[at]!.bottom) > 1);
      return { wrong, torn, isFull: shown.length >= 15 };
    })
    .toEqual({ wrong: [], torn: [], isFull: true });
  return seen.filter(({ top, bottom }) => bottom > 0 && top < 900);
}

const newestFirst = (index: number) => `run-${count - index}`;

it('is read on page by page under the wheel, and nothing is left out or shown twice where two pages meet', async () => {
  await page.mouse.move(700, 500);
  const seen = new Map<number, string>();
  for (let first = -1; first < 900;) {
    const screen = await expectScreen(newestFirst);
    // What one screen shows last, the next one shows as well.
    expect(screen[0]!.index).toBeLessThanOrEqual(Math.max(0, ...seen.keys()) + 1);
    for (const { index, name } of screen) seen.set(index, name!);
    expect(screen[0]!.index).toBeGreaterThan(first);
    first = screen[0]!.index;
    await page.mouse.wheel(0, 500);
    await expect.poll(async () => (await places()).find(({ bottom }) => bottom > 0)!.index).toBeGreaterThan(first);
  }
  expect([...seen.keys()].toSorted((a, b) => a - b)).toEqual(Array.from({ length: seen.size }, (_, index) => index));
  expect(new Set(seen.values()).size).toBe(seen.size);
});

it('has the oldest job at its end, at once after a jump there, and the newest after one back', async () => {
  const jump = (to: 'top' | 'end') => page.evaluate((where) => window.scrollTo(0, where === 'top' ? 0 : document.body.scrollHeight), to);
  await jump('end');
  expect((await expectScreen(newestFirst)).at(-1)).toMatchObject({ index: count - 1, name: 'run-1' });
  // From the end upwards, over where what was read from there meets what is read on.
  await page.mouse.move(700, 500);
  for (let screens = 0; screens < 16; screens++) {
    await page.mouse.wheel(0, -500);
    await expectScreen(newestFirst);
  }
  expect((await places())[0]!.index).toBeLessThan(count - 200);
  await jump('top');
  expect((await expectScreen(newestFirst))[0]).toMatchObject({ index: 0, name: `run-${count}` });
  await page.evaluate(() => window.scrollTo(0, document.body.scrollHeight / 2));
  const [middle] = await expectScreen(newestFirst);
  expect(Math.abs(middle!.index - count / 2)).toBeLessThan(100);
});

it('is reached to its last row by the keyboard', async () => {
  await page.getByRole('link', { name: `run-${count}`, exact: true }).focus();
  await page.keyboard.press('End');
  await expect.poll(() => page.evaluate(() => document.activeElement?.textContent)).toBe('run-1');
  await page.keyboard.press('ArrowUp');
  await expect.poll(() => page.evaluate(() => document.activeElement?.textContent)).toBe('run-2');
  await page.keyboard.press('Home');
  await expect.poll(() => page.evaluate(() => document.activeElement?.textContent)).toBe(`run-${count}`);
});

it('is narrowed down to what is asked for, whole again afterwards, and turned round', async () => {
  await page.getByRole('link', { name: /^Failed/ }).click();
  await page.getByText('6,000 jobs', { exact: true }).waitFor();
  // 90 to 95 of each hundred have failed.
  const failed = (index: number) => `run-${count - 100 * (Math.floor(index / 6) + 1) + 95 - (index % 6)}`;
  await expectScreen(failed);
  await page.evaluate(() => window.scrollTo(0, document.body.scrollHeight));
  expect((await expectScreen(failed)).at(-1)).toMatchObject({ name: 'run-90' });
  await page.getByRole('link', { name: /^All/ }).click();
  await page.getByText('100,000 jobs', { exact: true }).waitFor();
  await page.goto(`${here.product.url}/jobs?search=run-9999`);
  await page.getByText('11 jobs', { exact: true }).waitFor();
  await page.goto(`${here.product.url}/jobs?order=oldest`);
  await expectScreen((index) => `run-${index + 1}`);
  await page.evaluate(() => window.scrollTo(0, document.body.scrollHeight));
  expect((await expectScreen((index) => `run-${index + 1}`)).at(-1)).toMatchObject({ name: `run-${count}` });
});

it('follows what is typed a little later: with what was chosen meanwhile, and not to where nobody is any more', async () => {
  const typed = page.getByRole('searchbox');
  await page.clock.install();
  /** As far on as what was typed is acted upon. */
  const typingActs = () => page.clock.runFor(250);
  /** In one go, sooner than what is typed is acted upon. */
  const typeAndClick = async (text: string, link: string) => {
    await typed.fill('');
    await page.waitForURL((url) => !url.searchParams.has('search'));
    await page.getByText('100,000 jobs', { exact: true }).waitFor();
    const target = await page.getByRole('link', { name: link }).first().elementHandle();
    await typed.evaluate(
      (field: HTMLInputElement, [value, to]) => {
        Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value')!.set!.call(field, value);
        field.dispatchEvent(new Event('input', { bubbles: true }));
        (to as HTMLElement).click();
      },
      [text, target] as const,
    );
    await typingActs();
  };
  await typeAndClick('run-77', 'Failed');
  await page.waitForURL(({ searchParams }) => searchParams.get('state') === 'failed' && searchParams.get('search') === 'run-77');
  await page.getByRole('link', { name: /^All/ }).click();
  await typeAndClick('run-5', 'run-');
  await page.waitForURL(/\/jobs\/job_/);
  expect(new URL(page.url()).pathname).toMatch(/^\/jobs\/job_/);
});

it('says in view that rows cannot be read, and reads them by itself as soon as they can', async () => {
  here.complaints.allow(/500/);
  const jobs = /\/api\/v1\/jobs\?/;
  await page.route(jobs, (route) => route.fulfill({ status: 500, json: { code: 'internal', message: 'no rows today' } }));
  await page.evaluate(() => window.scrollTo(0, document.body.scrollHeight / 2));
  const alert = page.getByRole('alert');
  const screen = await page.evaluate(() => window.innerHeight);
  // An answer that was on its way may take it back for a moment.
  await expect
    .poll(async () => {
      const place = await alert.boundingBox();
      return place && { isBelow: place.y + place.height > screen, isAbove: place.y < 0 };
    })
    .toEqual({ isBelow: false, isAbove: false });
  await page.unroute(jobs);
  await expectScreen(newestFirst);
  await alert.waitFor({ state: 'detached' });
});

it('brings nobody back to a row that comes when he has gone on to something else', async () => {
  const { promise: answered, resolve: answer } = Promise.withResolvers<void>();
  await page.route(/\/api\/v1\/jobs\?/, async (route) => {
    await answered;
    await route.continue();
  });
  await page.locator('tbody a').first().focus();
  await page.keyboard.press('End');
  await expect.poll(async () => (await places()).at(-1)).toMatchObject({ index: count - 1, name: undefined });
  const elsewhere = page.getByRole('link', { name: 'Models' });
  await elsewhere.focus();
  answer();
  expect((await expectScreen(newestFirst)).at(-1)).toMatchObject({ name: 'run-1' });
  expect(await elsewhere.evaluate((link) => link === document.activeElement)).toBe(true);
});
