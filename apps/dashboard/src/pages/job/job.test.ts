import type { Event, LogLine, MetricPoint, Plan } from '@massif/contracts';
import { describe, expect, it } from 'vitest';
import { ansiSpans } from './logs/ansi.ts';
import { emptyBook, followedLinesMax, withNewer, withOlder } from './logs/book.ts';
import { compare, median } from './measured.ts';
import { parseJobSearch } from './search.ts';
import { nextCheckpoint } from './steps.ts';
import { timelineOf } from './timeline.ts';

describe('the address of a job', () => {
  it('opens whatever it holds', () => {
    expect(parseJobSearch({ tab: 'logs', rank: -1, attempt: 2, find: 'error', scale: 'log' })).toEqual({
      tab: 'logs',
      rank: -1,
      attempt: 2,
      find: 'error',
      scale: 'log',
    });
    expect(parseJobSearch({ tab: 'overview', from: 10, to: 5, rank: 1.5, attempt: 0, scale: 'cube', find: '' })).toEqual({});
    expect(parseJobSearch({ from: 0, to: 100 })).toEqual({ from: 0, to: 100 });
  });
});

const plan = { stepTimeMs: 100, tokensPerSecond: 40_960, mfu: 0.4, memoryGiB: 0.5 } as Plan;
const point = (step: number, stepTimeMs: number | null, attempt = 1): MetricPoint =>
  ({ step, stepTimeMs, attempt, deviceBytes: 2 ** 28 + step }) as MetricPoint;

describe('measured beside planned', () => {
  it('takes the median of the last steps, without the one that warms up', () => {
    const points = [point(0, 9000), ...Array.from({ length: 30 }, (_, index) => point(index + 1, index === 3 ? 4000 : 80))];
    expect(compare(plan, points, 4096)).toEqual([
      { measure: 'stepTimeMs', planned: 100, measured: 80 },
      { measure: 'tokensPerSecond', planned: 40_960, measured: 51_200 },
      { measure: 'mfu', planned: 0.4, measured: 0.5 },
      { measure: 'memoryBytes', planned: 2 ** 29, measured: 2 ** 28 + 30 },
    ]);
  });

  it('counts the attempt that runs, and that alone', () => {
    const points = [point(0, 50), point(1, 50), point(2, 900, 2), point(3, 200, 2), point(4, 202, 2)];
    expect(compare(plan, points, 4096)[0]).toMatchObject({ measured: 201 });
    expect(compare(plan, points.slice(0, 3), 4096)[0]).toMatchObject({ measured: 900 });
  });

  it('is unknown before there is anything', () => {
    expect(compare(null, [], null).every(({ planned, measured }) => planned === null && measured === null)).toBe(true);
    expect(compare(plan, [point(0, null)], 4096)[2]).toMatchObject({ planned: 0.4, measured: null });
    expect([median([]), median([3, 1]), median([5, 1, 3])]).toEqual([null, 2, 3]);
  });
});

describe('the next checkpoint', () => {
  it.each([
    [0, 100, 250, 100],
    [99, 100, 250, 100],
    [100, 100, 250, 200],
    [200, 100, 250, 250],
    [250, 100, 250, null],
    [0, 100, 30, 30],
    [30, 100, 30, null],
    [150, 100, null, 200],
  ])('after %i steps, with one each %i of %s, is due after %s', (done, every, steps, next) => {
    expect(nextCheckpoint({ done, every, steps })).toBe(next);
  });
});

describe('the history', () => {
  const event = (seq: number, type: string, rest: Partial<Event> = {}) =>
    ({ seq, type, attempt: 1, time: '2026-01-31T12:00:00Z', from: null, to: null, reason: null, data: null, ...rest }) as Event;

  it('is the latest first, checkpoints in a row as one, those of another attempt apart', () => {
    const checkpoint = (seq: number, step: number, attempt = 1) => event(seq, 'checkpoint', { attempt, data: { step, bytes: 10 } });
    const lost = { code: 'gang_lost', message: 'lost' };
    const entries = timelineOf([
      event(1, 'transition', { to: 'admitted', data: { node: 'n1', ranks: 2, resumedFrom: null } }),
      checkpoint(2, 50),
      checkpoint(3, 100),
      event(4, 'transition', { to: 'recovering', reason: lost }),
      checkpoint(5, 150, 2),
      event(6, 'cancel'),
      event(8, 'attempt', { data: { outcome: 'failed', step: 160, code: 'rank_failed', message: 'killed' } }),
      event(7, 'new in a later version'),
    ]);
    expect(entries.map(({ kind }) => kind)).toEqual([
      'attempt',
      'other',
      'cancel',
      'checkpoints',
      'transition',
      'checkpoints',
      'transition',
    ]);
    expect(entries[0]).toMatchObject({ outcome: 'failed', step: 160, message: 'killed' });
    expect(entries[5]).toMatchObject({ count: 2, step: 100, bytes: 10, seq: 3 });
    expect(entries[4]).toMatchObject({ to: 'recovering', reason: lost, place: null });
    expect(entries[6]).toMatchObject({ place: { node: 'n1', ranks: 2, resumedFrom: null } });
  });
});

describe('a log line', () => {
  it('is coloured as in a terminal, without what moves the cursor', () => {
    expect(ansiSpans('\u001B[1;31merror\u001B[0m: \u001B[2Kno \u001B]8;;http://x\u0007link\u001B[39m')).toEqual([
      { text: 'error', color: 1, bold: true },
      { text: ': ' },
      { text: 'no ' },
      { text: 'link' },
    ]);
    expect(ansiSpans('\u001B[38;5;196mred')).toEqual([{ text: 'red' }]);
    expect(ansiSpans(' 10 %\r 50 %\r100 %\r')).toEqual([{ text: '100 %' }]);
    expect(ansiSpans('')).toEqual([]);
  });
});

describe('the log book', () => {
  const line = (seq: number, text = `line ${seq}`, rank = 0) => ({ seq, line: text, rank, attempt: 1 }) as LogLine;
  const lines = (from: number, to: number) => Array.from({ length: to - from }, (_, index) => line(from + index));

  it('grows at both ends, and has no line twice', () => {
    const end = withOlder(emptyBook, lines(100, 110), true);
    const both = withOlder(withNewer(end, lines(105, 115), {}, { isFollowed: true }), lines(90, 102), false);
    expect(both.lines.map(({ seq }) => seq)).toEqual(lines(90, 115).map(({ seq }) => seq));
    expect(both.hasOlder).toBe(false);
    expect(withNewer(both, lines(100, 115), {}, { isFollowed: true })).toBe(both);
  });

  it('takes only lines that are asked for', () => {
    const filter = { rank: 0, search: 'LOSS' };
    const book = withNewer(emptyBook, [line(1, 'loss 4'), line(2, 'loss 3', 1), line(3, 'other')], filter, { isFollowed: true });
    expect(book.lines.map(({ seq }) => seq)).toEqual([1]);
  });

  it('forgets its beginning while one follows, and nothing while one reads', () => {
    const full = withOlder(emptyBook, lines(0, followedLinesMax), false);
    const more = [line(followedLinesMax)];
    expect(withNewer(full, more, {}, { isFollowed: true })).toMatchObject({ lines: { length: followedLinesMax }, hasOlder: true });
    expect(withNewer(full, more, {}, { isFollowed: false })).toMatchObject({ lines: { length: followedLinesMax + 1 }, hasOlder: false });
  });
});
