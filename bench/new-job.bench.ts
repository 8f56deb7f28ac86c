// How long after a keystroke in the page of a new job is its new plan drawn? In headless Chromium on the whole product, 50 ms at most: on
// this machine's own devices, and on the demo's, 1,000 nodes of 8, one of which the job wants. Split into what comes before the
// planner is asked (the form, its check), the planner, and from its answer until the frame with the new figures is drawn.
/// <reference lib="dom" />
import type { Page } from 'playwright-core';
import { withDashboard } from './dashboard.ts';
import { quantile } from './figures.ts';

const limitMs = 50;
/** Of each field. */
const rounds = 8;
/** Between a new plan and the next key: some of what the page does waits until the keys rest. */
const pausesMs = [90, 180, 350, 700];

interface Keystroke {
  keyMs: number;
  askedMs: number;
  answeredMs: number;
  drawnMs: number;
}

type Watched = { keystrokes: Partial<Keystroke>[] };

/** Run before the page's own scripts: notes when a key comes, the planner is asked, it answers, and the plan is drawn. */
function watch(): void {
  const keystrokes: Watched['keystrokes'] = [];
  const figures = () => document.querySelector('section[aria-label="Plan"] dl')?.textContent;
  const { port1, port2 } = new MessageChannel();
  let current: Watched['keystrokes'][number] | undefined;
  let before: string | undefined | null;
  addEventListener(
    'keydown',
    ({ key, timeStamp }) => {
      if (!/^(\d|Backspace)$/.test(key)) return;
      before = figures();
      keystrokes.push((current = { keyMs: timeStamp }));
    },
    true,
  );
  // A message that is sent while a frame is made comes when it was handed over to be shown.
  port1.onmessage = () => {
    current!.drawnMs = performance.now();
    current = undefined;
  };
  const changed = new MutationObserver(() => {
    if (current?.answeredMs === undefined || figures() === before) return;
    before = figures();
    requestAnimationFrame(() => port2.postMessage(null));
  });
  addEventListener('DOMContentLoaded', () => changed.observe(document.body, { subtree: true, childList: true, characterData: true }));
  const Original = Worker;
  globalThis.Worker = class extends Original {
    constructor(url: string | URL, options?: WorkerOptions) {
      super(url, options);
      this.addEventListener('message', () => current && (current.answeredMs ??= performance.now()));
    }
    override postMessage(message: unknown): void {
      if (current) current.askedMs ??= performance.now();
      super.postMessage(message);
    }
  };
  Object.assign(globalThis, { keystrokes } satisfies Watched);
}

/** Takes the last digit off and puts it back, or the other way round, so that each key makes another plan. */
async function type(page: Page, name: string, keys: readonly string[]): Promise<void> {
  await page.locator(`input[name="${name}"]`).focus();
  await page.keyboard.press('End');
  for (const [index, key] of Array.from({ length: rounds }, () => keys)
    .flat()
    .entries()) {
    await page.keyboard.press(key);
    await page.waitForFunction(() => (globalThis as unknown as Watched).keystrokes.at(-1)?.drawnMs !== undefined);
    await page.waitForTimeout(pausesMs[index % pausesMs.length]!);
  }
}

function report(name: string, keystrokes: readonly Keystroke[]): void {
  const parts: [string, (keystroke: Keystroke) => number][] = [
    ['key to planner', ({ keyMs, askedMs }) => askedMs - keyMs],
    ['planner', ({ askedMs, answeredMs }) => answeredMs - askedMs],
    ['answer to drawn', ({ answeredMs, drawnMs }) => drawnMs - answeredMs],
    ['key to drawn', ({ keyMs, drawnMs }) => drawnMs - keyMs],
  ];
  process.stdout.write(`\n${`${name}, ${keystrokes.length} keys`.padEnd(44)}  median ms    p95 ms  worst ms     limit\n`);
  for (const [part, of] of parts) {
    const [median, p95, worst] = [0.5, 0.95, 1].map((share) => quantile(keystrokes.map(of), share).toFixed(1).padStart(9));
    process.stdout.write(`${part.padEnd(44)}  ${median} ${p95} ${worst}${part === 'key to drawn' ? `     < ${limitMs}` : ''}\n`);
  }
}

for (const { name, demo, model, values, keys } of [
  {
    name: "this machine's devices",
    demo: false,
    model: 'gpt2-micro',
    values: {},
    keys: { batch: ['0', 'Backspace'], sequence: ['Backspace', '6'], layers: ['2', 'Backspace'] },
  },
  {
    name: '1,000 nodes of 8 devices',
    demo: true,
    model: 'gpt2-xl',
    values: { 'resources.devices': '8', 'training.globalBatch': '512', 'training.sequence': '1024' },
    keys: { batch: ['0', 'Backspace'], sequence: ['Backspace', '4'], layers: ['Backspace', '8'] },
  },
])
  await withDashboard({ demo, watch }, async (page, { url }) => {
    await page.goto(`${url}/new?model=${model}`);
    await page.getByRole('button', { name: 'Sizes' }).click();
    for (const [field, value] of Object.entries(values)) await page.locator(`input[name="${field}"]`).fill(value);
    await page.locator('section[aria-label="Plan"] dl').getByText('tokens/s').waitFor();
    await type(page, 'training.globalBatch', keys.batch);
    await type(page, 'training.sequence', keys.sequence);
    await type(page, 'model.config.n_layer', keys.layers);
    report(name, await page.evaluate(() => (globalThis as unknown as { keystrokes: Keystroke[] }).keystrokes));
  });
