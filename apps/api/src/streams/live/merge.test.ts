import { afterEach, describe, expect, it, vi } from 'vitest';
import { heartbeatMs, type SseFrame } from '../sse.ts';
import { merge } from './merge.ts';

afterEach(() => vi.useRealTimers());

const frame = (event: string, data: number): SseFrame[] => [{ event, data }];

/** Always has something; counts how far it was drawn, and says when it was ended. */
function endless(event: string) {
  const seen = { drawn: 0, ended: false };
  async function* source(): AsyncGenerator<SseFrame[]> {
    try {
      for (;;) yield frame(event, seen.drawn++);
    } finally {
      seen.ended = true;
    }
  }
  return { seen, source: source() };
}

async function* few(event: string, count: number): AsyncGenerator<SseFrame[]> {
  for (let index = 0; index < count; index++) yield frame(event, index);
}

describe('sources over one connection', () => {
  it('are each in their order, none kept waiting by one that always has something', async () => {
    const busy = endless('busy');
    const merged = merge([busy.source, few('few', 5)], new AbortController().signal);
    const seen: number[] = [];
    let drawn = 0;
    while (seen.length < 5) {
      const [first] = (await merged.next()).value as SseFrame[];
      if (first!.event === 'few') seen.push(first!.data as number);
      drawn++;
    }
    expect(seen).toEqual([0, 1, 2, 3, 4]);
    expect(drawn).toBeLessThan(20);
    await merged.return(undefined);
    await expect.poll(() => busy.seen.ended).toBe(true);
  });

  it('are drawn no faster than somebody reads', async () => {
    const busy = endless('busy');
    const merged = merge([busy.source], new AbortController().signal);
    for (let count = 1; count <= 10; count++) {
      await merged.next();
      expect(busy.seen.drawn).toBeLessThanOrEqual(count + 1);
    }
    await merged.return(undefined);
  });

  it('show that they live when all are quiet, or through', async () => {
    vi.useFakeTimers();
    const stop = new AbortController();
    const merged = merge([few('few', 1)], stop.signal);
    expect((await merged.next()).value).toEqual(frame('few', 0));
    for (let count = 0; count < 3; count++) {
      const beat = merged.next();
      await vi.advanceTimersByTimeAsync(heartbeatMs);
      expect(await beat).toEqual({ done: false, value: [] });
    }
    const last = merged.next();
    stop.abort();
    // Whoever went away is not told anything any more.
    expect((await last).done).toBe(true);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('break together', async () => {
    async function* broken(): AsyncGenerator<SseFrame[]> {
      yield frame('broken', 0);
      throw new Error('broken');
    }
    const other = endless('other');
    const merged = merge([broken(), other.source], new AbortController().signal);
    await expect(
      (async () => {
        for await (const _ of merged);
      })(),
    ).rejects.toThrow('broken');
    await expect.poll(() => other.seen.ended).toBe(true);
  });
});
