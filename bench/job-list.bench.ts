// Does a list of 100,000 jobs keep up with whoever scrolls through it? In headless Chromium on the whole product: frames a second that the
// page makes, in how many of them a place in view had no job yet, and in how many the browser, which scrolls by itself meanwhile, had outrun
// what the frame before had drawn. As a wheel does it: at a pace to read by, quickly, and from top to end without a stop; then how long it
// takes until every place has its job after a jump to the end and back.
/// <reference lib="dom" />
import { settled } from '@massif/e2e/harness';
import type { Page } from 'playwright-core';
import { withDashboard } from './dashboard.ts';
import { median, perSecond } from './figures.ts';

const jobs = 100_000;
const rowHeight = 44;
/** Pixels a second, and how far. */
const scrolls = [
  { name: '3,000 px/s', speed: 3000, distance: 90_000 },
  { name: '10,000 px/s', speed: 10_000, distance: 300_000 },
  { name: '50,000 px/s, to the end', speed: 50_000, distance: jobs * rowHeight },
];

interface Frame {
  atMs: number;
  /** Places in view, and how many of them are without a job yet. */
  first: number;
  last: number;
  gaps: number;
  /** Places that are drawn: beyond those in view, for the browser scrolls on by itself until the next frame of the page. */
  drawn: { first: number; last: number };
  /** The job that stands at the list's first or last place, while that is in view. */
  end: string | undefined;
}

/** Run before the page's own scripts: notes of each frame, once it was drawn, when that was and what stood in view. */
function watch(): void {
  const frames: Frame[] = [];
  const { port1, port2 } = new MessageChannel();
  let atMs = 0;
  port1.onmessage = () => {
    requestAnimationFrame(next);
    const body = document.querySelector('tbody');
    const rows = [...(body?.querySelectorAll<HTMLElement>('tr') ?? [])];
    if (!body || rows.length === 0) return;
    const height = rows[0]!.offsetHeight;
    const top = body.getBoundingClientRect().top;
    const count = Number(body.closest('table')!.getAttribute('aria-rowcount')) - 1;
    const head = document.querySelector('thead')!.getBoundingClientRect().bottom;
    const first = Math.max(0, Math.floor((head - top) / height));
    const last = Math.min(count, Math.ceil((innerHeight - top) / height)) - 1;
    const names = new Map(rows.map((row) => [Number(row.dataset['index']), row.querySelector('a')?.textContent]));
    let gaps = 0;
    for (let place = first; place <= last; place++) if (!names.get(place)) gaps++;
    const drawn = { first: Math.min(...names.keys()), last: Math.max(...names.keys()) };
    frames.push({ atMs, first, last, gaps, drawn, end: names.get(first === 0 ? 0 : count - 1) ?? undefined });
  };
  const next = (time: number) => {
    atMs = time;
    port2.postMessage(null);
  };
  requestAnimationFrame(next);
  Object.assign(globalThis, { frames });
}

const framesSince = (page: Page, fromMs: number) =>
  page.evaluate((from) => (globalThis as unknown as { frames: Frame[] }).frames.filter(({ atMs }) => atMs >= from), fromMs);
const nowIn = (page: Page) => page.evaluate(() => performance.now());

/** From a jump until every place in view has its job. */
async function settleMs(page: Page, jump: () => Promise<unknown>, name: string): Promise<number> {
  const fromMs = await nowIn(page);
  await jump();
  await page.waitForFunction(
    ([wanted, from]) =>
      (globalThis as unknown as { frames: Frame[] }).frames.some(({ atMs, gaps, end }) => atMs >= from && gaps === 0 && end === wanted),
    [name, fromMs] as const,
  );
  const frames = await framesSince(page, fromMs);
  return frames.find(({ gaps, end }) => gaps === 0 && end === name)!.atMs - fromMs;
}

await withDashboard({ pastJobs: jobs, watch }, async (page, { url }) => {
  await page.goto(`${url}/jobs`);
  await settled(page);
  const gestures = await page.context().newCDPSession(page);
  await page.mouse.move(700, 500);

  const head = ['frames/s', 'worst second', 'with a gap', 'longest gap, ms', 'outrun'];
  const row = (name: string, cells: readonly string[]) =>
    process.stdout.write(`${name.padEnd(26)}${cells.map((cell, at) => cell.padStart(head[at]!.length + 3)).join('')}\n`);
  row('', head);
  for (const { name, speed, distance } of scrolls) {
    await page.evaluate(() => window.scrollTo(0, 0));
    await page.getByRole('link', { name: `run-${jobs}`, exact: true }).waitFor();
    const fromMs = await nowIn(page);
    await gestures.send('Input.synthesizeScrollGesture', {
      x: 700,
      y: 500,
      yDistance: -distance,
      speed,
      gestureSourceType: 'mouse',
      preventFling: true,
    });
    const frames = await framesSince(page, fromMs);
    const scrolled = await page.evaluate(() => window.scrollY);
    if (scrolled < 0.95 * (distance - 900)) throw new Error(`scrolled ${scrolled} px instead of ${distance}: nothing was measured`);
    const rates = perSecond(frames.map(({ atMs }) => atMs));
    const share = (count: number) => `${((count / frames.length) * 100).toFixed(1)} %`;
    const withGap = frames.filter(({ gaps }) => gaps > 0).length;
    let [longest, sinceMs] = [0, Number.NaN];
    for (const { gaps, atMs } of frames) {
      if (gaps === 0) sinceMs = Number.NaN;
      else {
        if (Number.isNaN(sinceMs)) sinceMs = atMs;
        longest = Math.max(longest, atMs - sinceMs);
      }
    }
    // What was drawn before did not reach to where the next frame found the view.
    const outrun = frames.slice(1).filter(({ first, last }, at) => first < frames[at]!.drawn.first || last > frames[at]!.drawn.last);
    row(name, [median(rates).toFixed(0), String(Math.min(...rates)), share(withGap), longest.toFixed(0), share(outrun.length)]);
  }

  await page.evaluate(() => window.scrollTo(0, 0));
  await page.getByRole('link', { name: `run-${jobs}`, exact: true }).waitFor();
  process.stdout.write('\n');
  const toEnd = () => page.evaluate(() => window.scrollTo(0, document.documentElement.scrollHeight));
  const toTop = () => page.evaluate(() => window.scrollTo(0, 0));
  for (const [name, ms] of [
    ['bar pulled to the end', await settleMs(page, toEnd, 'run-1')],
    ['bar pulled to the top', await settleMs(page, toTop, `run-${jobs}`)],
    ['End', await settleMs(page, () => page.keyboard.press('End'), 'run-1')],
  ] as const)
    process.stdout.write(`${name.padEnd(26)}${ms.toFixed(0).padStart(8)} ms until every place has its job\n`);
});
