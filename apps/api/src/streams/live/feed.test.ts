import { AppError } from '@massif/contracts';
import { describe, expect, it } from 'vitest';
import type { SseFrame } from '../sse.ts';
import { createFeed, type Picture } from './feed.ts';

/** A number that goes up, looked at as fast as possible, and how often that was. */
function counter(everyMs = 1) {
  const seen = { opened: 0, looks: 0, closed: 0, asked: [] as number[], value: 1 };
  let failure: Error | undefined;
  let lookNow!: () => void;
  const open = (ask: () => void): Picture => {
    seen.opened++;
    lookNow = ask;
    let version = 0;
    return {
      get version() {
        return version;
      },
      look: async () => {
        seen.looks++;
        if (failure) throw failure;
        version = seen.value;
      },
      since: (from) => {
        seen.asked.push(from);
        return [{ event: 'count', data: { from, to: version } }];
      },
      close: () => void seen.closed++,
    };
  };
  return {
    seen,
    feed: createFeed(open, { everyMs }),
    lookNow: () => lookNow(),
    fail: (error: Error | undefined) => void (failure = error),
  };
}

const next = async (source: AsyncGenerator<SseFrame[]>) => (await source.next()).value?.[0]?.data;

describe('a feed', () => {
  it('is looked at once for all, while somebody reads', async () => {
    const { seen, feed } = counter();
    expect(seen.opened).toBe(0);
    const [first, second] = [new AbortController(), new AbortController()];
    const readers = [feed.follow(first.signal), feed.follow(second.signal)];
    expect(await Promise.all(readers.map(next))).toEqual([
      { from: 0, to: 1 },
      { from: 0, to: 1 },
    ]);
    seen.value = 2;
    expect(await Promise.all(readers.map(next))).toEqual([
      { from: 1, to: 2 },
      { from: 1, to: 2 },
    ]);
    // What two readers of a version are told is made once.
    expect([seen.opened, seen.asked]).toEqual([1, [0, 1]]);
    first.abort();
    expect((await readers[0]!.next()).done).toBe(true);
    expect(seen.closed).toBe(0);
    seen.value = 3;
    expect(await next(readers[1]!)).toEqual({ from: 2, to: 3 });
    second.abort();
    expect((await readers[1]!.next()).done).toBe(true);
    expect(seen.closed).toBe(1);
    const { looks } = seen;
    const again = feed.follow(new AbortController().signal);
    expect(await next(again)).toEqual({ from: 0, to: 3 });
    expect([seen.opened, seen.looks > looks]).toEqual([2, true]);
    await again.return(undefined);
    expect(seen.closed).toBe(2);
  });

  it('is looked at at once when its picture asks for it', async () => {
    const { seen, feed, lookNow } = counter(60_000);
    const reader = feed.follow(new AbortController().signal);
    expect(await next(reader)).toEqual({ from: 0, to: 1 });
    seen.value = 2;
    lookNow();
    expect(await next(reader)).toEqual({ from: 1, to: 2 });
    await reader.return(undefined);
  });

  it('tells a reader that was slow everything at once', async () => {
    const { seen, feed } = counter();
    const [slow, fast] = [feed.follow(new AbortController().signal), feed.follow(new AbortController().signal)];
    await Promise.all([slow, fast].map(next));
    for (const value of [2, 3, 4]) {
      seen.value = value;
      expect(await next(fast)).toEqual({ from: value - 1, to: value });
    }
    expect(await next(slow)).toEqual({ from: 1, to: 4 });
    await Promise.all([slow.return(undefined), fast.return(undefined)]);
  });

  it('goes on after the database was away, and ends for everybody when it fails otherwise', async () => {
    const { seen, feed, fail } = counter();
    fail(new AppError('service_unavailable', 'away'));
    const reader = feed.follow(new AbortController().signal);
    const reading = next(reader);
    await expect.poll(() => seen.looks).toBeGreaterThan(2);
    fail(undefined);
    expect(await reading).toEqual({ from: 0, to: 1 });
    const other = feed.follow(new AbortController().signal);
    await next(other);
    const waiting = [next(reader), next(other)];
    fail(new Error('broken'));
    for (const result of await Promise.allSettled(waiting))
      expect(result).toMatchObject({ status: 'rejected', reason: { message: 'broken' } });
    fail(undefined);
    const later = feed.follow(new AbortController().signal);
    expect(await next(later)).toEqual({ from: 0, to: 1 });
    await later.return(undefined);
    expect(seen.opened).toBe(2);
  });
});
