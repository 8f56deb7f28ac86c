import { beforeEach, expect, it } from 'vitest';
import { jobReaches, request, type JobView } from './harness/api.ts';
import { smallJob } from './harness/jobs.ts';
import { lossOn } from './harness/pages.ts';
import { until } from './harness/until.ts';
import { visitor } from './harness/visitor.ts';

/** A person at the dashboard: from a template, by the form, by the keyboard alone. */

const here = visitor('dashboard');

beforeEach(async () => {
  await here.page.goto(here.product.dashboard);
  await here.page.getByRole('heading', { name: 'Overview' }).waitFor();
});

const jobInAddress = () => /\/jobs\/(job_[0-9A-Z]{26})/.exec(here.page.url())?.[1];
const openedJob = () => until(jobInAddress, { timeoutMs: 30_000, what: 'the page of the new job' });
/** The state that stands beside the job's name. */
const state = (word: string) => here.page.locator('header, main').getByText(word, { exact: true }).first();
const cancelAll = async () => {
  const { body } = await request<{ items: JobView[] }>(here.product, 'GET', 'jobs?state=queued,admitted,launching,running,recovering');
  for (const { id } of body.items) {
    await request(here.product, 'POST', `jobs/${id}/cancel`);
    await jobReaches(here.product, id, (job) => job.state === 'cancelled');
  }
};

it('gets from a template to a running job in two clicks, without a key', async () => {
  await here.page.getByRole('link', { name: 'New job' }).first().click();
  await here.page
    .getByRole('button', { name: /^Start (?!job$)/ })
    .first()
    .click();
  const id = await openedJob();
  await state('Running').waitFor({ timeout: 60_000 });
  const job = await jobReaches(here.product, id, ({ progress }) => (progress?.step ?? 0) > 0);
  expect(job.attempt).toBe(1);
  await cancelAll();
});

it('submits by the form, sees the loss fall, a rank die and the job recover, and cancels', { timeout: 300_000 }, async () => {
  await here.page.goto(`${here.product.url}/new`);
  await here.page.getByLabel('Name').fill('by-the-form');
  await here.page.getByRole('textbox', { name: /^Steps/ }).fill('5000');
  await here.page.getByRole('textbox', { name: /^Checkpoint every/ }).fill('10');
  await here.page.getByRole('button', { name: 'Start job' }).click();
  const id = await openedJob();
  await here.page.getByRole('heading', { name: 'by-the-form' }).waitFor();
  await state('Running').waitFor({ timeout: 60_000 });

  const first = await lossOn(here.page);
  await expect.poll(() => lossOn(here.page), { timeout: 120_000 }).toBeLessThan(first - 0.5);

  await expect
    .poll(async () => (await request<{ total: number }>(here.product, 'GET', `jobs/${id}/checkpoints`)).body.total, { timeout: 120_000 })
    .toBeGreaterThan(0);
  const { body } = await request<{ items: { ranks: { pid: number }[] }[] }>(here.product, 'GET', `jobs/${id}/attempts`);
  process.kill(body.items[0]!.ranks[0]!.pid, 'SIGKILL');
  await here.page.getByText('Attempt 2').first().waitFor({ timeout: 60_000 });
  await state('Running').waitFor({ timeout: 60_000 });
  await here.page.getByRole('link', { name: 'Events' }).click();
  await here.page.getByText('The gang was lost').first().waitFor();
  await here.page
    .getByText(/It goes on from step \d+/)
    .first()
    .waitFor();

  await here.page.getByRole('button', { name: 'Cancel job' }).click();
  await here.page.getByRole('alertdialog').getByRole('button', { name: 'Cancel job' }).click();
  await state('Cancelled').waitFor({ timeout: 60_000 });
  expect((await jobReaches(here.product, id, (job) => job.state === 'cancelled')).state).toBe('cancelled');
});

it('leaves the letters alone that somebody writes into the text of a job', async () => {
  await here.page.goto(`${here.product.url}/new?model=gpt2-nano`);
  await here.page.getByRole('button', { name: 'YAML' }).click();
  const text = here.page.getByRole('textbox', { name: 'Job spec as YAML' });
  await text.click();
  await here.page.keyboard.press('ControlOrMeta+End');
  // On a machine that is slower than the fingers: no letter may be lost to what is drawn meanwhile.
  const written = `# c ? / gj ${'the quick brown fox '.repeat(4)}.`;
  const devtools = await here.page.context().newCDPSession(here.page);
  await devtools.send('Emulation.setCPUThrottlingRate', { rate: 6 });
  await here.page.keyboard.type(written);
  await devtools.detach();
  await expect.poll(async () => (await text.innerText()).replaceAll('\n', ' ')).toContain(written);
  expect(new URL(here.page.url()).pathname + new URL(here.page.url()).search).toBe('/new?model=gpt2-nano');
  expect(await here.page.getByRole('dialog').count()).toBe(0);
});

it('takes whoever starts a job with a wrong text to what is wrong with it', async () => {
  const { page, product } = here;
  await page.goto(`${product.url}/new?model=gpt2-nano`);
  await page.getByRole('button', { name: 'YAML' }).click();
  const text = page.getByRole('textbox', { name: 'Job spec as YAML' });
  await text.click();
  await page.keyboard.press('ControlOrMeta+A');
  const wrong =
    'kind: train\nmodel: { preset: gpt2-nano }\ndata: { txt: [a.txt] }\ntraining: { steps: 1, globalBatch: 8, sequence: 64, optimizer: { learningRate: 1e-3 } }\ntrainig: {}\n';
  await page.keyboard.insertText(wrong);
  await page.getByRole('button', { name: 'Start job' }).click();
  const problems = page.getByRole('list', { name: 'Problems' });
  await problems.getByText('did you mean training?').waitFor();
  await expect.poll(() => text.evaluate((element) => element === element.ownerDocument.activeElement)).toBe(true);
  await page.keyboard.type('# here ');
  await expect.poll(() => text.innerText()).toMatch(/^data: \{ # here txt/m);
  await problems.getByRole('button', { name: 'Line 5' }).click();
  await page.keyboard.type('# and here ');
  await expect.poll(() => text.innerText()).toMatch(/^# and here trainig/m);
});

it('takes whoever starts a job without a file to where one is chosen', async () => {
  const { page, product } = here;
  await page.goto(`${product.url}/new`);
  await page.getByRole('button', { name: 'Text files' }).click();
  await page.getByRole('button', { name: 'Start job' }).click();
  const choose = page.getByRole('button', { name: 'Choose files' });
  await expect.poll(() => choose.evaluate((button) => button === button.ownerDocument.activeElement)).toBe(true);
});

it('submits from the keyboard alone', async () => {
  await here.page.keyboard.press('c');
  await here.page.getByRole('heading', { name: 'New job' }).waitFor();
  await here.page.getByRole('button', { name: 'Start job' }).waitFor();
  const focused = () => here.page.evaluate('document.activeElement?.textContent ?? ""');
  await until(
    async () => {
      await here.page.keyboard.press('Tab');
      return (await focused()) === 'Start job';
    },
    { timeoutMs: 30_000, what: 'the button to be reached by Tab', everyMs: 0 },
  );
  await here.page.keyboard.press('Enter');
  const id = await openedJob();
  const job = await jobReaches(here.product, id, ({ progress }) => (progress?.step ?? 0) > 0);
  expect(job.attempt).toBe(1);
  await cancelAll();
});

it('shows new jobs by themselves again, when the list has gone from under the pointer', async () => {
  const submit = (name: string) => request(here.product, 'POST', 'jobs', { body: smallJob({ name, steps: 100_000 }) });
  await submit('first');
  await here.page.goto(`${here.product.url}/jobs`);
  const link = (name: string) => here.page.getByRole('table').getByRole('link', { name, exact: true });
  await link('first').hover();
  await here.page.getByRole('searchbox').fill('nothing is called so');
  await here.page.getByRole('table').waitFor({ state: 'detached' });
  await here.page.mouse.move(0, 0);
  await here.page.getByRole('searchbox').fill('');
  await link('first').waitFor();
  await submit('second');
  await expect.poll(() => link('second').count()).toBe(1);
  await cancelAll();
});
