import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { request } from './harness/api.ts';
import { openBrowser, openContext, type Complaints } from './harness/browser.ts';
import { temporaryDirectory } from './harness/directory.ts';
import { pidsOfRole, startProduct, type Product } from './harness/product.ts';

/** What people see when something is away: each time in words, with a way on. */

const { path: home, remove } = temporaryDirectory('away');
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
  await context?.close();
  ({ context, complaints } = await openContext(browser));
  page = await context.newPage();
});

const heading = (name: string | RegExp) => page.getByRole('heading', { name, level: 1 });
/** Whether what is shown is live, as the side of the page says. */
const liveness = (text: string) => page.locator('#places').getByText(text, { exact: true });
const live = () => liveness('Live');
const signedOut = () => heading('Sign in');

async function signIn(path = ''): Promise<void> {
  await page.goto(product.dashboard);
  if (path !== '') await page.goto(`${product.url}${path}`);
  await live().waitFor();
}

describe('signing in', () => {
  it('is to open the address that was printed, as often as one likes, and leaves no key behind', async () => {
    await page.goto(product.dashboard);
    await heading('Overview').waitFor();
    expect(page.url()).toBe(`${product.url}/`);
    await page.goto(product.dashboard);
    await heading('Overview').waitFor();
    expect((await context.cookies()).map(({ httpOnly, sameSite }) => [httpOnly, sameSite])).toEqual([[true, 'Strict']]);
    expect(complaints.list()).toEqual([]);
  });

  it('with an address that is over says so, and takes a token instead', async () => {
    complaints.allow(/401/);
    await page.goto(`${product.url}/?key=of-yesterday`);
    await signedOut().waitFor();
    await page.getByText('That address no longer opens').waitFor();
    await page.getByLabel('API token').fill('massif_wrong');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByText('This token is unknown, revoked or expired').waitFor();
    await page.getByLabel('API token').fill(product.token);
    await page.keyboard.press('Enter');
    await heading('Overview').waitFor();
    expect(complaints.list()).toEqual([]);
  });

  it('goes on where one was: the page that was asked for opens', async () => {
    complaints.allow(/401/);
    await page.goto(`${product.url}/settings`);
    await signedOut().waitFor();
    await page.getByLabel('API token').fill(product.token);
    await page.keyboard.press('Enter');
    await heading('Settings').waitFor();
    expect(complaints.list()).toEqual([]);
  });
});

it('a session that is revoked ends in the way to sign in again', async () => {
  await signIn('/jobs');
  complaints.allow(/401/);
  const { body: tokens } = await request<{ items: { id: string; session: boolean }[] }>(product, 'GET', 'tokens?limit=200');
  for (const { id } of tokens.items.filter(({ session }) => session)) await request(product, 'DELETE', `tokens/${id}`);
  await signedOut().waitFor();
  expect(complaints.list()).toEqual([]);
});

it('a server that dies is told, and what is shown goes on when it is back', async () => {
  await signIn();
  complaints.allow(/ERR_CONNECTION_REFUSED|ERR_CONNECTION_RESET|ERR_INCOMPLETE_CHUNKED_ENCODING|ERR_EMPTY_RESPONSE/);
  const [api] = pidsOfRole(home, 'api');
  process.kill(api!, 'SIGKILL');
  await liveness('Reconnecting').waitFor();
  await live().waitFor();
  expect(complaints.list()).toEqual([]);
});

it('a server that stays away is told in a banner that says since when, with a button to try now', async () => {
  await signIn();
  complaints.allow(/ERR_/);
  // As a proxy that drops the stream; the rest still answers.
  await context.route('**/api/v1/stream**', (route) => route.abort('connectionreset'));
  const [api] = pidsOfRole(home, 'api');
  process.kill(api!, 'SIGKILL');
  await page.getByText(/^No connection to Massif since/).waitFor();
  await context.unroute('**/api/v1/stream**');
  await page.getByRole('button', { name: 'Try now' }).click();
  await live().waitFor();
  await expect.poll(() => page.getByText(/^No connection to Massif since/).count()).toBe(0);
  expect(complaints.list()).toEqual([]);
});

it('a fault of the server is told with its code, the request to name, and a way to try again', async () => {
  await signIn();
  complaints.allow(/500/);
  // What no test can make the real one do.
  await page.route('**/api/v1/models**', (route) =>
    route.fulfill({
      status: 500,
      contentType: 'application/problem+json',
      body: JSON.stringify({
        type: 'about:blank',
        title: 'Internal error',
        status: 500,
        code: 'internal',
        detail: 'It broke',
        requestId: 'req-of-the-test',
      }),
    }),
  );
  await page.getByRole('link', { name: 'Models' }).click();
  await page.getByText('req-of-the-test').waitFor();
  await page.unroute('**/api/v1/models**');
  await page.getByRole('button', { name: 'Try again' }).first().click();
  await page.getByText('gpt2-nano').first().waitFor();
  expect(complaints.list()).toEqual([]);
});

it('an address of no page says so and leads back', async () => {
  await signIn('/no/such/page');
  await heading('There is no such page').waitFor();
  await page.getByRole('link', { name: 'To the overview', exact: true }).click();
  await heading('Overview').waitFor();
  expect(complaints.list()).toEqual([]);
});
