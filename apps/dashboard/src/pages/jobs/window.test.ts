import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { emptyWindow, missingPages, pageRows, rowAt, withAnswer, withChange, type ListWindow, type PageRequest } from './window.ts';

interface Row {
  id: string;
}

const row = (key: number): Row => ({ id: `job_${key}` });

/** A list as the API keeps it: keys, the newest first; cursors name the last row of a page. */
function serverOf(count: number) {
  let keys = Array.from({ length: count }, (_, index) => count - index);
  let next = count + 1;
  return {
    keys: () => keys,
    grow: (by: number) => {
      keys = [...Array.from({ length: by }, () => next++).toReversed(), ...keys];
    },
    lose: (index: number) => {
      keys = keys.toSpliced(index % Math.max(1, keys.length), 1);
    },
    answer({ order, limit, cursor, offset = 0 }: PageRequest) {
      const inOrder = order === 'newest' ? keys : keys.toReversed();
      const isBehind = (key: number) => cursor === undefined || (order === 'newest' ? key < Number(cursor) : key > Number(cursor));
      const rest = inOrder.filter(isBehind).slice(offset);
      const items = rest.slice(0, limit);
      return { items: items.map(row), nextCursor: rest.length > limit ? String(items.at(-1)) : null, total: keys.length };
    },
  };
}

const keyOf = ({ id }: Row) => Number(id.slice(4));
const near = { up: pageRows, down: 2 * pageRows };
const viewAt = (first: number) => ({ first, last: first + 40, ahead: near });

/** A row from the first to the last, in thousandths. */
const placeOf = (thousandths: number, count: number) => Math.floor((thousandths * count) / 1000);

/** What a screen of 41 rows shows that begins there, or as far up as the end of the list lets it. */
function shownIn(window: ListWindow<Row>, first: number): (Row | undefined)[] {
  const length = Math.min(41, window.total!);
  return Array.from({ length }, (_, index) => rowAt(window, Math.min(first, window.total! - length) + index));
}

/** Asks and answers, one after the other, until nothing is missing. */
function settle(window: ListWindow<Row>, server: ReturnType<typeof serverOf>, first: number, requests: PageRequest[] = []) {
  for (let rounds = 0; rounds < 50; rounds++) {
    const [request] = missingPages(window, viewAt(Math.min(first, Math.max(0, (window.total ?? 1) - 41))));
    if (!request) return window;
    requests.push(request);
    window = withAnswer(window, request, server.answer(request));
  }
  throw new Error('it never had enough');
}

describe('the window on a long list', () => {
  it('reads the top first, then on by cursor, ahead of the scroll', () => {
    const requests: PageRequest[] = [];
    settle(emptyWindow, serverOf(100_000), 0, requests);
    expect(requests).toEqual([
      { page: 0, order: 'newest', limit: pageRows },
      { page: 1, order: 'newest', limit: pageRows, cursor: '99801' },
      { page: 2, order: 'newest', limit: pageRows, cursor: '99601' },
    ]);
  });

  it('reads the end in reverse order, and the middle by what lies nearer, the top or the end', () => {
    const server = serverOf(100_010);
    const top = settle(emptyWindow, server, 0);
    const end: PageRequest[] = [];
    const window = settle(top, server, 100_000, end);
    expect(end[0]).toEqual({ page: 499, order: 'oldest', limit: pageRows, offset: 10 });
    expect(end[1]).toEqual({ page: 500, order: 'oldest', limit: 10 });
    expect(end[2]).toEqual({ page: 499, order: 'oldest', limit: pageRows, cursor: '10' });
    expect(end[3]).toMatchObject({ page: 498, order: 'oldest' });
    expect(rowAt(window, 100_009)).toEqual(row(1));
    expect(missingPages(window, viewAt(20_000))[0]).toEqual({ page: 100, order: 'newest', limit: pageRows, offset: 20_000 });
    expect(missingPages(window, viewAt(80_000))[0]).toEqual({ page: 400, order: 'oldest', limit: pageRows, offset: 19_810 });
  });

  it('asks for nothing that is on its way, nor for what continues it', () => {
    const server = serverOf(1000);
    const window = withAnswer(
      emptyWindow as ListWindow<Row>,
      { page: 0, order: 'newest', limit: pageRows },
      server.answer({ page: 0, order: 'newest', limit: pageRows }),
    );
    expect(missingPages(window, viewAt(0), new Set([1]))).toEqual([]);
    expect(missingPages(emptyWindow, viewAt(0), new Set([0]))).toEqual([]);
  });

  it('is empty for an empty list', () => {
    const window = settle(emptyWindow, serverOf(0), 0);
    expect(window.total).toBe(0);
    expect(missingPages(window, viewAt(0))).toEqual([]);
  });

  it('keeps no page without rows when the last rows go before they are read', () => {
    const server = serverOf(pageRows + 1);
    const first = { page: 0, order: 'newest', limit: pageRows } as const;
    let window = withAnswer(emptyWindow as ListWindow<Row>, first, server.answer(first));
    const [next] = missingPages(window, viewAt(pageRows));
    server.lose(pageRows);
    window = withAnswer(window, next!, server.answer(next!));
    expect([window.total, [...window.pages.keys()]]).toEqual([pageRows, [0]]);
    expect(missingPages(window, viewAt(pageRows))).toEqual([]);
  });

  it('keeps every row where it was while new ones come at the top, wherever one jumps', () => {
    const step = fc.record({ grown: fc.nat(30), to: fc.nat(999) });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5000 }), fc.array(step, { minLength: 1, maxLength: 12 }), fc.nat(999), (count, steps, late) => {
        const server = serverOf(count);
        const top = settle(emptyWindow, server, 0);
        let window = top;
        // One answer that was on its way all the time.
        const [request] = missingPages(top, viewAt(placeOf(late, count)));
        const answer = request && server.answer(request);
        for (const { grown, to } of steps) {
          server.grow(grown);
          window = settle(window, server, placeOf(to, count));
        }
        if (request && answer) window = withAnswer(window, request, answer);
        expect(window.total).toBe(count);
        for (const [page, { rows }] of window.pages)
          expect(rows.map(keyOf)).toEqual(Array.from({ length: rows.length }, (_, index) => count - page * pageRows - index));
        expect(shownIn(window, placeOf(steps.at(-1)!.to, count))).not.toContain(undefined);
      }),
    );
  });

  it('leaves nothing out between two rows that it shows, and shows none twice, while rows come and go anywhere', () => {
    const step = fc.record({
      grown: fc.nat(5),
      lost: fc.array(fc.nat(5000), { maxLength: 8 }),
      to: fc.nat(999),
      by: fc.integer({ min: -300, max: 300 }),
    });
    fc.assert(
      fc.property(fc.integer({ min: 600, max: 3000 }), fc.array(step, { minLength: 1, maxLength: 10 }), (count, steps) => {
        const server = serverOf(count);
        const atStart = new Set(server.keys());
        let window = settle(emptyWindow, server, 0);
        let at = 0;
        for (const { grown, lost, to, by } of steps) {
          server.grow(grown);
          for (const index of lost) server.lose(index);
          window = settle(window, server, placeOf(to, count));
          at = Math.max(0, placeOf(to, count) + by);
          window = settle(window, server, at);
        }
        const stayed = server.keys().filter((key) => atStart.has(key));
        const keys = shownIn(window, at).map((one) => keyOf(one!));
        expect(keys).toEqual([...new Set(keys)].toSorted((a, b) => b - a));
        expect(stayed.filter((key) => key < keys[0]! && key > keys.at(-1)! && !keys.includes(key))).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  it('holds a bounded number of pages, those nearest to where it is read', () => {
    const server = serverOf(100_000);
    let window: ListWindow<Row> = emptyWindow;
    for (let first = 0; first < 60_000; first += pageRows) window = settle(window, server, first);
    expect(window.pages.size).toBeLessThanOrEqual(60);
    expect(rowAt(window, 59_000)).toEqual(row(41_000));
    expect(rowAt(window, 0)).toBeUndefined();
    expect(rowAt(settle(window, server, 0), 0)).toEqual(row(100_000));
  });

  it('changes a row in its place, and is the same when the row is elsewhere', () => {
    const window = settle(emptyWindow, serverOf(1000), 0);
    const changed = withChange(window, { ...row(750), name: 'new' } as Row);
    expect(rowAt(changed, 250)).toMatchObject({ name: 'new' });
    expect(rowAt(changed, 251)).toBe(rowAt(window, 251));
    expect(withChange(window, row(5))).toBe(window);
  });
});
