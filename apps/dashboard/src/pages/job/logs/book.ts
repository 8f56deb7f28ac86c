import type { LogLine } from '@massif/contracts';

/** Which lines are shown. */
export interface LogFilter {
  rank?: number | undefined;
  attempt?: number | undefined;
  search?: string | undefined;
}

/** Lines of a job that are here, in order, without gaps: its end, and what was read back from there. */
export interface LogBook {
  lines: readonly LogLine[];
  /** Whether there are older ones. */
  hasOlder: boolean;
}

export const emptyBook: LogBook = { lines: [], hasOlder: true };

/** Lines that stay while one follows; older ones can be read again. */
export const followedLinesMax = 20_000;

/** Whether a line is one of those asked for, as the API judges it. */
function passes({ rank, attempt, search }: LogFilter, line: LogLine): boolean {
  return (
    (rank === undefined || rank === line.rank) &&
    (attempt === undefined || attempt === line.attempt) &&
    (search === undefined || line.line.toLowerCase().includes(search.toLowerCase()))
  );
}

/** The book with a page in front of it. */
export function withOlder(book: LogBook, page: readonly LogLine[], hasOlder: boolean): LogBook {
  const first = book.lines[0]?.seq ?? Infinity;
  return { lines: [...page.filter(({ seq }) => seq < first), ...book.lines], hasOlder };
}

/** The book with what has been written since; lines that it has already may come again. */
export function withNewer(book: LogBook, lines: readonly LogLine[], filter: LogFilter, { isFollowed }: { isFollowed: boolean }): LogBook {
  const last = book.lines.at(-1)?.seq ?? -1;
  const fresh = lines.filter((line) => line.seq > last && passes(filter, line));
  if (fresh.length === 0) return book;
  const all = [...book.lines, ...fresh];
  // Nobody who reads further up loses what he reads.
  if (!isFollowed || all.length <= followedLinesMax) return { ...book, lines: all };
  return { lines: all.slice(-followedLinesMax), hasOlder: true };
}
