// How smooth is the page of a cluster of 8,000 devices, all of which change once a second? In headless Chromium on `massif up --demo`, over the
// real stream: frames a second over half a minute, which should be more than 50, and how much of the map was painted again in each.
/// <reference lib="dom" />
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { settled, until } from '@massif/e2e/harness';
import { withDashboard } from './dashboard.ts';
import { median, perSecond, quantile } from './figures.ts';

const seconds = 30;
const limit = 50;
const devices = 8000;

interface Watched {
  frames: number[];
  /** When a frame of the stream came, and when it had been painted. */
  came: number[];
  cells: { atMs: number; count: number }[];
}

/** Run before the page's own scripts: notes each frame that is drawn, what comes in the stream, and the cells that are painted. */
function watch(): void {
  const watched: Watched = { frames: [], came: [], cells: [] };
  const next = (time: number) => {
    watched.frames.push(time);
    requestAnimationFrame(next);
  };
  requestAnimationFrame(next);

  const original = fetch;
  globalThis.fetch = async (...request) => {
    const response = await original(...request);
    if (!response.url.includes('/api/v1/stream')) return response;
    const [ours, theirs] = response.body!.tee();
    const read = async () => {
      const text = ours.pipeThrough(new TextDecoderStream()).getReader();
      for (let rest = ''; ;) {
        const { done, value } = await text.read();
        if (done) return;
        rest += value;
        const end = rest.lastIndexOf('\n');
        for (const line of rest.slice(0, end).split('\n')) if (line === 'event: devices') watched.came.push(performance.now());
        rest = rest.slice(end + 1);
      }
    };
    void read().catch(() => {});
    return new Response(theirs, response);
  };

  const clear = CanvasRenderingContext2D.prototype.clearRect;
  CanvasRenderingContext2D.prototype.clearRect = function (...box) {
    const last = watched.cells.at(-1);
    const atMs = watched.frames.at(-1) ?? 0;
    if (last?.atMs === atMs) last.count++;
    else watched.cells.push({ atMs, count: 1 });
    clear.apply(this, box);
  };
  Object.assign(globalThis, { watched });
}

await withDashboard({ demo: true, watch }, async (page, { url, home, process: up }) => {
  const log = join(home, 'logs/demo.log');
  await until(() => readFileSync(log, 'utf8').includes('the past is there'), {
    timeoutMs: 600_000,
    everyMs: 1000,
    what: 'the past to be written',
    unless: () => (up.exitCode === null ? undefined : 'the product has ended'),
  });
  await page.goto(`${url}/cluster`);
  await settled(page);
  await page.waitForTimeout(5000);
  const fromMs = await page.evaluate(() => performance.now());
  await page.waitForTimeout(seconds * 1000);
  const { frames, came, cells } = await page.evaluate((from) => {
    const { frames, came, cells } = (globalThis as unknown as { watched: Watched }).watched;
    return {
      frames: frames.filter((atMs) => atMs >= from),
      came: came.filter((atMs) => atMs >= from),
      cells: cells.filter(({ atMs }) => atMs >= from),
    };
  }, fromMs);

  if (came.length < seconds - 3 || came.length > seconds + 3)
    throw new Error(`${came.length} frames of the stream came in ${seconds} s instead of one a second: nothing was measured`);
  const rates = perSecond(frames);
  const gaps = frames.slice(1).map((time, index) => time - frames[index]!);
  const rows = {
    [`frames a second, median (limit: more than ${limit})`]: median(rates).toFixed(0),
    'frames a second, worst': String(Math.min(...rates)),
    'between two frames, p99, ms': quantile(gaps, 0.99).toFixed(1),
    'between two frames, worst, ms': Math.max(...gaps).toFixed(1),
    'frames of the stream': `${came.length} in ${seconds} s`,
    [`cells painted for each, of ${devices}`]: median(cells.map(({ count }) => count)).toFixed(0),
  };
  for (const [name, value] of Object.entries(rows)) process.stdout.write(`${name.padEnd(46)}${value.padStart(14)}\n`);
  process.stdout.write(`\nframes in each second: ${rates.join(' ')}\n`);
});
