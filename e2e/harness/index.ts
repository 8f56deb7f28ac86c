/** What programs in bench/ use of it: they, too, look at the product from outside. */
export { openBrowser, openContext } from './browser.ts';
export { temporaryDirectory } from './directory.ts';
export { settled } from './pages.ts';
export { preparePast } from './past.ts';
export { startProduct, type Product } from './product.ts';
export { until } from './until.ts';
