import { AxeBuilder } from '@axe-core/playwright';
import { chromium, type Browser, type BrowserContext, type BrowserContextOptions, type Page } from 'playwright-core';
import { findChromium } from './chromium.ts';

/** What a page must never have done: said by the page that it came from. */
export interface Complaints {
  /** Errors of scripts and of the console, and requests that failed or were answered with an error. */
  list(): string[];
  /** From here on, what matches is expected: the test makes it happen. */
  allow(pattern: RegExp): void;
}

export type Theme = 'light' | 'dark';
export type Language = 'en' | 'zh';

export interface View {
  theme?: Theme;
  language?: Language;
  width?: number;
  height?: number;
  /** As most people have it; without, nothing moves and pictures are alike. */
  moves?: boolean;
}

export async function openBrowser(): Promise<Browser> {
  const { path, switches } = await findChromium();
  return chromium.launch({ executablePath: path, args: switches, headless: true });
}

/** A browser of a person who has not been here before. */
export async function openContext(
  browser: Browser,
  { theme = 'light', language = 'en', width = 1440, height = 900, moves = false }: View = {},
) {
  const options: BrowserContextOptions = {
    viewport: { width, height },
    colorScheme: theme,
    locale: language === 'zh' ? 'zh-CN' : 'en-US',
    reducedMotion: moves ? 'no-preference' : 'reduce',
  };
  const context = await browser.newContext(options);
  return { context, complaints: listen(context) };
}

/** Collects what goes wrong in any page of a context. */
function listen(context: BrowserContext): Complaints {
  const found: string[] = [];
  const allowed: RegExp[] = [];
  const add = (text: string) => {
    if (!allowed.some((pattern) => pattern.test(text))) found.push(text);
  };
  context.on('weberror', (error) => add(`script: ${error.error().message}`));
  context.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') add(`console: ${message.text()}`);
  });
  context.on('response', (response) => {
    if (response.status() >= 400) add(`${response.request().method()} ${response.url()} answered ${response.status()}`);
  });
  context.on('requestfailed', (request) => {
    // Leaving a page ends its streams and what it was still reading.
    if (request.failure()?.errorText !== 'net::ERR_ABORTED') add(`${request.method()} ${request.url()}: ${request.failure()?.errorText}`);
  });
  return { list: () => [...found], allow: (pattern) => void allowed.push(pattern) };
}

/** What axe finds serious or worse on a page, one line for each. */
export async function seriousFindings(page: Page): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page })
    .withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'])
    .analyze();
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, help, nodes }) =>
      nodes.map(({ target, failureSummary }) => `${id} (${help}): ${target.join(' ')} — ${failureSummary}`),
    );
}
