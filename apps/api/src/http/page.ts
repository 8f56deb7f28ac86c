import { AppError, type List, type ListQuery } from '@massif/contracts';

/** A page of a list that is in memory, in a stable order. The cursor is the key of the last item that was given. */
export function pageOf<Item>(items: readonly Item[], { cursor, limit }: ListQuery, keyOf: (item: Item) => string): List<Item> {
  let start = 0;
  if (cursor !== undefined) {
    const key = Buffer.from(cursor, 'base64url').toString('utf8');
    start = items.findIndex((item) => keyOf(item) === key) + 1;
    if (start === 0) throw invalidCursor();
  }
  const page = items.slice(start, start + limit);
  const last = page.at(-1);
  const nextCursor = last !== undefined && start + limit < items.length ? Buffer.from(keyOf(last)).toString('base64url') : null;
  return { items: page, nextCursor, total: items.length };
}

export function invalidCursor(): AppError {
  return new AppError('invalid_cursor', 'The cursor was not made by this list', { context: { path: 'cursor' } });
}
