import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest';
import { openBrowser, openContext, type Complaints } from './browser.ts';
import { temporaryDirectory } from './directory.ts';
import { startProduct, type Product } from './product.ts';

export interface Visitor {
  /** Where the product was started. */
  home: string;
  product: Product;
  browser: Browser;
  context: BrowserContext;
  page: Page;
  /** What the pages of this test must not have done; looked at when it ends. */
  complaints: Complaints;
}

/** For a whole file: a product of its own and a browser; for each test a person who has not been here before, with an empty page. */
export function visitor(name: string, start: (home: string) => Promise<Product> = startProduct): Visitor {
  const { path: home, remove } = temporaryDirectory(name);
  const here = { home } as Visitor;
  beforeAll(async () => {
    [here.product, here.browser] = await Promise.all([start(home), openBrowser()]);
  });
  afterAll(async () => {
    await here.browser?.close();
    await here.product?.stop();
    remove();
  });
  beforeEach(async () => {
    Object.assign(here, await openContext(here.browser));
    here.page = await here.context.newPage();
  });
  afterEach(async () => {
    expect(here.complaints.list()).toEqual([]);
    await here.context.close();
  });
  return here;
}
