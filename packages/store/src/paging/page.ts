import { AppError, listLimitDefault, listLimitMax } from '@massif/contracts';
import type { Page } from '../rows.ts';

/** A place in a list that is ordered by time and id. */
export interface Place {
  time: Date;
  id: string;
}

/** How many items a page has: 1 to 200, default 50. */
export function pageLimit(limit: number | undefined): number {
  return Math.max(1, Math.min(listLimitMax, limit ?? listLimitDefault));
}

export function encodeCursor(values: readonly (string | number)[]): string {
  return Buffer.from(JSON.stringify(values)).toString('base64url');
}

function decodeCursor(cursor: string): unknown[] {
  try {
    const values: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
    return Array.isArray(values) ? values : [];
  } catch {
    return [];
  }
}

const invalidCursor = () =>
  new AppError('invalid_cursor', 'The cursor is not one that a page of this list gave', { context: { path: 'cursor' } });

/** @throws AppError `invalid_cursor` */
export function placeOf(cursor: string | undefined): Place | undefined {
  if (cursor === undefined) return undefined;
  const [time, id, ...rest] = decodeCursor(cursor);
  if (typeof time !== 'number' || Math.abs(time) > 8.64e15 || !Number.isInteger(time) || typeof id !== 'string' || rest.length > 0)
    throw invalidCursor();
  if (id.includes('\0') || !id.isWellFormed()) throw invalidCursor();
  return { time: new Date(time), id };
}

/** The same for a list that is ordered by a sequence. @throws AppError `invalid_cursor` */
export function sequenceOf(cursor: string | undefined): number {
  if (cursor === undefined) return 0;
  const [seq, ...rest] = decodeCursor(cursor);
  if (typeof seq !== 'number' || !Number.isInteger(seq) || seq < 0 || seq > 2 ** 31 - 1 || rest.length > 0) throw invalidCursor();
  return seq;
}

/** A page from one item more than fits: that there is one says that another page follows. */
export function pageOf<Item>(
  found: Item[],
  { limit, total, cursor }: { limit: number; total: number; cursor(last: Item): string },
): Page<Item> {
  const items = found.slice(0, limit);
  return { items, nextCursor: found.length > limit ? cursor(items.at(-1)!) : null, total };
}

/** Newest first, after `place`: a condition for Prisma on `timeField` and `id`. */
export function olderThan(place: Place | undefined, timeField: string): object {
  if (!place) return {};
  return { OR: [{ [timeField]: { lt: place.time } }, { [timeField]: place.time, id: { lt: place.id } }] };
}
