import { describe, expect, it } from 'vitest';
import { request } from './harness/api.ts';
import { pidsOfRole } from './harness/product.ts';
import { visitor } from './harness/visitor.ts';

/** What people see when something is away: each time in words, with a way on. */

const here = visitor('away');

const heading = (name: string | RegExp) => here.page.getByRole('heading', { name, level: 1 });
/** Whether what is shown is live, as the side of the page says. */
const liveness = (text: string) => here.page.locator('#places').getByText(text, { exact: true });
const live = () => liveness('Live');
const signedOut = () => heading('Sign in');

async function signIn(path = ''): Promise<void> {
  await here.page.goto(here.product.dashboard);
  if (path !== '') await here.page.goto(`${here.product.url}${path}`);
  await live().waitFor();
}

describe('signing in', () => {
  it('is to open the address that was printed, as often as one likes, and leaves no key behind', async () => {
    await here.page.goto(here.product.dashboard);
    await heading('Overview').waitFor();
    expect(here.page.url()).toBe(`${here.product.url}/`);
    await here.page.goto(here.product.dashboard);
    await heading('Overview').waitFor();
    expect((await here.context.cookies()).map(({ httpOnly, sameSite }) => [httpOnly, sameSite])).toEqual([[true, 'Strict']]);
  });

  it('with an address that is over says so, and takes a token instead', async () => {
    here.complaints.allow(/401/);
    await here.page.goto(`${here.product.url}/?key=of-yesterday`);
    await signedOut().waitFor();
    await here.page.getByText('This address is from an earlier massif up').waitFor();
    await here.page.getByLabel('API token').fill('massif_wrong');
    await here.page.getByRole('button', { name: 'Sign in' }).click();
    await here.page.getByText('This token is unknown, revoked or expired').waitFor();
    await here.page.getByLabel('API token').fill(here.product.token);
    await here.page.keyboard.press('Enter');
    await expect.poll(() => heading('Overview').isVisible()).toBe(true);
  });

  it('goes on where one was: the page that was asked for opens', async () => {
    here.complaints.allow(/401/);
    await here.page.goto(`${here.product.url}/settings`);
    await signedOut().waitFor();
    await here.page.getByLabel('API token').fill(here.product.token);
    await here.page.keyboard.press('Enter');
    await expect.poll(() => heading('Settings').isVisible()).toBe(true);
  });
});

it('a session that is revoked ends in the way to sign in again', async () => {
  await signIn('/jobs');
  here.complaints.allow(/401/);
  const { body: tokens } = await request<{ items: { id: string; session: boolean }[] }>(here.product, 'GET', 'tokens?limit=200');
  for (const { id } of tokens.items.filter(({ session }) => session)) await request(here.product, 'DELETE', `tokens/${id}`);
  await expect.poll(() => signedOut().isVisible()).toBe(true);
});

it('a server that dies is told, and what is shown goes on when it is back', async () => {
  await signIn();
  here.complaints.allow(/ERR_CONNECTION_REFUSED|ERR_CONNECTION_RESET|ERR_INCOMPLETE_CHUNKED_ENCODING|ERR_EMPTY_RESPONSE/);
  const [api] = pidsOfRole(here.home, 'api');
  process.kill(api!, 'SIGKILL');
  await liveness('Reconnecting').waitFor();
  await expect.poll(() => live().isVisible()).toBe(true);
});

it('a server that stays away is told in a banner that says since when, with a button to try now', async () => {
  await signIn();
  here.complaints.allow(/ERR_/);
  // As a proxy that drops the stream; the rest still answers.
  await here.context.route('**/api/v1/stream**', (route) => route.abort('connectionreset'));
  const [api] = pidsOfRole(here.home, 'api');
  process.kill(api!, 'SIGKILL');
  await here.page.getByText(/^No connection to Massif since/).waitFor();
  await here.context.unroute('**/api/v1/stream**');
  await here.page.getByRole('button', { name: 'Try now' }).click();
  await live().waitFor();
  await expect.poll(() => here.page.getByText(/^No connection to Massif since/).count()).toBe(0);
});

it('a fault of the server is told with its code, the request to name, and a way to try again', async () => {
  await signIn();
  here.complaints.allow(/500/);
  // What no test can make the real one do.
  await here.page.route('**/api/v1/models**', (route) =>
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
  await here.page.getByRole('link', { name: 'Models' }).click();
  await here.page.getByText('req-of-the-test').waitFor();
  await here.page.unroute('**/api/v1/models**');
  await here.page.getByRole('button', { name: 'Try again' }).first().click();
  await expect.poll(() => here.page.getByText('gpt2-nano').first().isVisible()).toBe(true);
});

it('an address of no page says so and leads back', async () => {
  await signIn('/no/such/page');
  await heading('There is no such page').waitFor();
  await here.page.getByRole('link', { name: 'To the overview', exact: true }).click();
  await expect.poll(() => heading('Overview').isVisible()).toBe(true);
});
