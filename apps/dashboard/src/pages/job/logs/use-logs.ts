import { toAppError, type AppError, type LogLine } from '@massif/contracts';
import { useCallback, useEffect, useReducer, useRef, useState } from 'react';
import { client } from '../../../api/client.ts';
import { useLive } from '../../../api/live/live.tsx';
import { emptyBook, withNewer, withOlder, type LogBook, type LogFilter } from './book.ts';

const pageLines = 200;

export interface Logs {
  book: LogBook;
  /** Before the first page is there. */
  isLoading: boolean;
  error: AppError | undefined;
  /** Reads a page further back, unless one is on its way. */
  readOlder(): void;
  retry(): void;
}

/**
 * The end of a job's log, what is written from now on, and, as far as somebody scrolls, what was before. Whoever changes the filter
 * mounts it anew. @param isFollowed whether the reader is at the end: then its beginning need not stay
 */
export function useLogs(id: string, filter: LogFilter, isFollowed: boolean): Logs {
  const [book, setBook] = useState(emptyBook);
  /** What is written after this comes live; undefined until the end of the log is known. */
  const [end, setEnd] = useState<number>();
  const [error, setError] = useState<AppError>();
  const [tries, retry] = useReducer((count: number) => count + 1, 0);
  const reading = useRef<AbortController>(undefined);
  const { rank, attempt, search } = filter;

  const read = useCallback(
    async (before: number | undefined, signal: AbortSignal): Promise<{ items: LogLine[]; hasOlder: boolean }> => {
      const query = {
        tail: true,
        limit: pageLines,
        ...(before !== undefined && { before }),
        ...(rank !== undefined && { rank }),
        ...(attempt !== undefined && { attempt }),
        ...(search !== undefined && { search }),
      };
      const { items, nextCursor } = await client.jobs.listLogs(id, { ...query, signal });
      return { items, hasOlder: nextCursor !== null };
    },
    [id, rank, attempt, search],
  );

  useEffect(() => {
    const controller = (reading.current = new AbortController());
    const begin = async () => {
      try {
        // Where the log ends by now, whatever the filter lets through of it.
        const last = (await client.jobs.listLogs(id, { tail: true, limit: 1, signal: controller.signal })).items.at(-1)?.seq ?? 0;
        const page = await read(last + 1, controller.signal);
        if (controller.signal.aborted) return;
        setBook(withOlder(emptyBook, page.items, page.hasOlder));
        setEnd(last);
        setError(undefined);
      } catch (thrown) {
        if (!controller.signal.aborted) setError(toAppError(thrown));
      } finally {
        if (reading.current === controller) reading.current = undefined;
      }
    };
    void begin();
    return () => controller.abort();
  }, [id, read, tries]);

  useLive(end === undefined ? undefined : { kind: 'logs', job: id, after: end }, (frame) => {
    if (frame.event !== 'logs') return;
    const fresh = frame.data.items.filter(({ seq }) => seq > end!);
    setBook((before) => withNewer(before, fresh, filter, { isFollowed }));
  });

  const readOlder = async () => {
    const first = book.lines[0];
    if (reading.current || !first || !book.hasOlder) return;
    const controller = (reading.current = new AbortController());
    try {
      const page = await read(first.seq, controller.signal);
      setBook((before) => (before.lines[0]?.seq === first.seq ? withOlder(before, page.items, page.hasOlder) : before));
      setError(undefined);
    } catch (thrown) {
      setError(toAppError(thrown));
    } finally {
      reading.current = undefined;
    }
  };
  return { book, isLoading: end === undefined && error === undefined, error, readOlder: () => void readOlder(), retry };
}
