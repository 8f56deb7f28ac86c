/**
 * Which pages of a long list are here, which to ask for next, and where an answer belongs. Pure: nothing is fetched.
 *
 * Row 0 is the newest of when the list was first read. The list grows at the top and, under a filter, loses and gains rows
 * anywhere, so a position is worth something only at the moment of the answer. Cursors are exact: nothing lies between a page and
 * the one that continues it. Offsets serve jumps; where two pages meet that do not continue each other, one is read again.
 */

export const pageRows = 200;

/** Pages that stay in memory. */
const pagesMax = 60;

interface Page<Row> {
  /** Newest first. */
  rows: readonly Row[];
  /** Continues with older rows; null at the end of the list, undefined where it was not read in that direction. */
  older: string | null | undefined;
  newer: string | null | undefined;
  /** Whether nothing lies between the page above and this one. */
  joinsAbove: boolean;
}

export interface ListWindow<Row> {
  /** Rows in all; null before the first answer. */
  total: number | null;
  /** How many rows more the list has got since: counted from the top, everything lies so much further down. */
  drift: number;
  pages: ReadonlyMap<number, Page<Row>>;
}

export interface PageRequest {
  page: number;
  order: 'newest' | 'oldest';
  limit: number;
  cursor?: string;
  offset?: number;
}

export interface PageAnswer<Row> {
  items: Row[];
  nextCursor: string | null;
  total: number;
}

interface HasId {
  id: string;
}

export const emptyWindow: ListWindow<never> = { total: null, drift: 0, pages: new Map() };

/** The row at a place, undefined while it is not here. */
export function rowAt<Row>({ pages }: ListWindow<Row>, index: number): Row | undefined {
  return pages.get(pageOf(index))?.rows[index % pageRows];
}

export interface View {
  first: number;
  last: number;
  /** So many rows more are wanted on either side: more where the scroll goes. */
  ahead: { up: number; down: number };
}

/**
 * What to ask for so that the rows in view are here, the most urgent first.
 * @param asked pages that are on their way
 */
export function missingPages<Row>(
  window: ListWindow<Row>,
  { first, last, ahead }: View,
  asked: ReadonlySet<number> = new Set(),
): PageRequest[] {
  if (window.total === null) return asked.has(0) ? [] : [{ page: 0, order: 'newest', limit: pageRows }];
  const lastPage = Math.max(0, pageOf(window.total - 1));
  const pageNear = (row: number) => Math.min(Math.max(pageOf(row), 0), lastPage);
  const [top, bottom] = [pageNear(first), pageNear(last)];
  const wanted = [
    ...range(top, bottom),
    ...range(bottom + 1, pageNear(last + ahead.down)),
    ...range(pageNear(first - ahead.up), top - 1).toReversed(),
  ];
  return wanted.filter((page) => !asked.has(page)).flatMap((page) => requestFor(window, page, asked) ?? []);
}

/** Undefined when the page is here, or can be had by cursor as soon as a neighbour is. */
function requestFor<Row>({ total, drift, pages }: ListWindow<Row>, page: number, asked: ReadonlySet<number>): PageRequest | undefined {
  const [above, here, below] = [pages.get(page - 1), pages.get(page), pages.get(page + 1)];
  const byOlder = (cursor: string): PageRequest => ({ page, order: 'newest', limit: pageRows, cursor });
  const byNewer = (cursor: string): PageRequest => ({ page, order: 'oldest', limit: pageRows, cursor });
  if (here) {
    if (above && !here.joinsAbove && above.older) return byOlder(above.older);
    if (below && !below.joinsAbove && !here.older && below.newer) return byNewer(below.newer);
    return undefined;
  }
  if (above?.older) return byOlder(above.older);
  if (below?.newer) return byNewer(below.newer);
  if (asked.has(page - 1) || asked.has(page + 1)) return undefined;
  const end = Math.min((page + 1) * pageRows, total!);
  const fromNewest = placeFromTop(page, drift);
  const fromOldest = total! - end;
  return fromNewest <= fromOldest
    ? { page, order: 'newest', limit: pageRows, ...(fromNewest > 0 && { offset: fromNewest }) }
    : { page, order: 'oldest', limit: end - page * pageRows, ...(fromOldest > 0 && { offset: fromOldest }) };
}

/**
 * The window with an answer in it. Where the answer does not fit any more, the window has only learnt of the list's length, and
 * `missingPages` asks again.
 */
export function withAnswer<Row extends HasId>(window: ListWindow<Row>, request: PageRequest, answer: PageAnswer<Row>): ListWindow<Row> {
  const { page, order, cursor, offset = 0 } = request;
  const { pages, total } = window;
  if (total === null) {
    const first = { rows: answer.items, older: answer.nextCursor, newer: null, joinsAbove: true };
    return { total: answer.total, drift: 0, pages: new Map([[0, first]]) };
  }
  const drift = answer.total - total;
  // Counted from the top, where rows have come meanwhile: these are other ones.
  if (cursor === undefined && order === 'newest' && offset !== placeFromTop(page, drift)) return { ...window, drift };
  const neighbour = order === 'newest' ? pages.get(page - 1)?.older : pages.get(page + 1)?.newer;
  if (cursor !== undefined && cursor !== neighbour) return window;
  const continued = cursor !== undefined;
  if (order === 'newest') {
    const fresh = { rows: answer.items, older: answer.nextCursor, newer: undefined, joinsAbove: continued || page === 0 };
    return resized({ ...window, pages: placed(pages, page, fresh, false) }, page, answer);
  }
  // The list begins here, where rows should still be above: it has become shorter, and no place is right any more.
  if (answer.nextCursor === null && (page > 0 || answer.items.length < request.limit)) return emptyWindow;
  const fresh = { rows: answer.items.toReversed(), older: undefined, newer: answer.nextCursor, joinsAbove: page === 0 };
  return thinned({ total, drift, pages: placed(pages, page, fresh, continued) }, page);
}

/** Pages with one that is new or was read again; what both of its seams are worth follows from its first and last row. */
function placed<Row extends HasId>(
  pages: ReadonlyMap<number, Page<Row>>,
  page: number,
  fresh: Page<Row>,
  joinsBelow: boolean,
): Map<number, Page<Row>> {
  const before = pages.get(page);
  const sameTop = before !== undefined && before.rows[0]?.id === fresh.rows[0]?.id;
  const sameEnd = before !== undefined && before.rows.at(-1)?.id === fresh.rows.at(-1)?.id;
  const result = new Map(pages).set(page, {
    rows: fresh.rows,
    older: fresh.older === undefined && sameEnd ? before.older : fresh.older,
    newer: fresh.newer === undefined && sameTop ? before.newer : fresh.newer,
    joinsAbove: fresh.joinsAbove || (sameTop && before.joinsAbove),
  });
  const below = pages.get(page + 1);
  if (below) result.set(page + 1, { ...below, joinsAbove: joinsBelow || (sameEnd && below.joinsAbove) });
  return result;
}

/** The window after a page that was read downwards, which knows whether the list ends with it, or, where it has no rows, before it. */
function resized<Row>({ total, pages }: ListWindow<Row>, page: number, answer: PageAnswer<Row>): ListWindow<Row> {
  const end = page * pageRows + answer.items.length;
  const rows = answer.nextCursor === null ? end : Math.max(total!, end + 1);
  const kept = new Map([...pages].filter(([number]) => number === 0 || number * pageRows < rows));
  return thinned({ total: rows, drift: answer.total - rows, pages: kept }, page);
}

/** The window without the pages that lie furthest from where it is read. */
function thinned<Row>(window: ListWindow<Row>, page: number): ListWindow<Row> {
  if (window.pages.size <= pagesMax) return window;
  const byDistance = [...window.pages].toSorted(([a], [b]) => Math.abs(a - page) - Math.abs(b - page));
  return { ...window, pages: new Map(byDistance.slice(0, pagesMax)) };
}

/** The window with a row as it is now; the same object when the row is not here. */
export function withChange<Row extends HasId>(window: ListWindow<Row>, change: Row): ListWindow<Row> {
  for (const [number, page] of window.pages) {
    const index = page.rows.findIndex(({ id }) => id === change.id);
    if (index >= 0) return { ...window, pages: new Map(window.pages).set(number, { ...page, rows: page.rows.with(index, change) }) };
  }
  return window;
}

/** Where a page begins, counted from the top. */
export function placeFromTop(page: number, drift: number): number {
  return Math.max(0, page * pageRows + drift);
}

/** The page that a row is on. */
export function pageOf(row: number): number {
  return Math.floor(row / pageRows);
}

function range(first: number, last: number): number[] {
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => first + index);
}
