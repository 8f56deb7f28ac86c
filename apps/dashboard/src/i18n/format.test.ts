import { describe, expect, it } from 'vitest';
import { createFormat } from './format.ts';

const en = createFormat('en');
const zh = createFormat('zh');

describe('numbers', () => {
  it.each([
    [en.percent(0.382), '38.2 %'],
    [en.percent(1), '100 %'],
    [en.percent(0.9999), '100 %'],
    [en.percent(0), '0 %'],
    [en.percent(0.0002), '< 0.1 %'],
    [en.exponent(3e-4), '3e-4'],
    [en.exponent(0.00024), '2.4e-4'],
    [en.exponent(0), '0'],
    [en.exponent(1.5), '1.5'],
    [en.tick(10), '10'],
    [en.tick(8.25), '8.25'],
    [en.percent(0.38, 0), '38 %'],
    [en.bytes(12.4 * 2 ** 30), '12.4 GiB'],
    [en.bytes(1023), '1,023 B'],
    [en.bytes(1024 ** 2 - 1), '1.00 MiB'],
    [en.count(124_439_808), '124 M'],
    [en.count(999_999), '1.00 M'],
    [en.count(950), '950'],
    [en.count(8), '8'],
    [en.count(74_012), '74.0 k'],
    [en.count(1_000_200_000), '1.00 B'],
    [en.count(1.2e12), '1.20 T'],
    [en.countTick(8000), '8 k'],
    [en.countTick(1_500_000), '1.5 M'],
    [en.countTick(800), '800'],
    [en.countTick(200_000), '200 k'],
    [en.countTick(20_000), '20 k'],
    [en.countTick(0), '0'],
    [en.rate(9_507.3, 'tokens/s'), '9,507 tokens/s'],
    [en.rate(25_007.3, 'tokens/s'), '25.0 k tokens/s'],
    [en.rate(3_200_000, 'tokens/s'), '3.20 M tokens/s'],
    [en.rate(0.44, 'tokens/s'), '0.4 tokens/s'],
    [en.fixed(4.28317, 4), '4.2832'],
    [zh.percent(0.5), '50.0 %'],
  ])('%s', (text, expected) => {
    expect(text).toBe(expected);
  });

  it('that are missing are a dash', () => {
    for (const format of [en.integer, en.percent, en.bytes, en.count, en.duration, en.time, en.clock, en.usd])
      expect(format(null)).toBe('–');
    expect(en.percent(NaN)).toBe('–');
  });
});

describe('durations', () => {
  it.each([
    [0, '0 s', '0 s'],
    [0.0004, '0.40 ms', '0.40 ms'],
    [0.812, '812 ms', '812 ms'],
    [1.2371, '1.24 s', '1.24 s'],
    [17.02, '17.0 s', '17.0 s'],
    [59.96, '1m', '1 分钟'],
    [200, '3m 20s', '3 分钟 20 秒'],
    [7500, '2h 5m', '2 小时 5 分钟'],
    [7200, '2h', '2 小时'],
    [349_200, '4d 1h', '4 天 1 小时'],
  ])('of %d seconds are %s', (seconds, english, chinese) => {
    expect([en.duration(seconds), zh.duration(seconds)]).toEqual([english, chinese]);
  });
});

describe('spans of time', () => {
  it.each([
    [0, '0s', '0 秒'],
    [0.2, '< 1s', '< 1 秒'],
    [39.2, '39s', '39 秒'],
    [59.6, '1m', '1 分钟'],
    [1392, '23m 12s', '23 分钟 12 秒'],
  ])('of %d seconds are %s', (seconds, english, chinese) => {
    expect([en.span(seconds), zh.span(seconds)]).toEqual([english, chinese]);
  });
});

describe('times', () => {
  const now = Date.parse('2026-03-14T14:20:00Z');
  it.each([
    ['2026-03-14T14:19:58Z', 'now', '现在'],
    ['2026-03-14T14:19:41Z', '20 sec. ago', '20 秒前'],
    ['2026-03-14T14:17:00Z', '3 min. ago', '3 分钟前'],
    ['2026-03-14T16:20:00Z', 'in 2 hr.', '2 小时后'],
    ['2026-03-13T14:20:00Z', 'yesterday', '昨天'],
    ['2026-03-12T14:20:00Z', '2 days ago', '前天'],
  ])('%s is %s', (time, english, chinese) => {
    expect([en.relative(time, now), zh.relative(time, now)]).toEqual([english, chinese]);
  });

  it('are of yesterday only when the day has changed', () => {
    const [morning, night] = [new Date(2026, 2, 14, 0, 30), new Date(2026, 2, 14, 23, 30)];
    expect(en.relative(morning, night.getTime())).toBe('23 hr. ago');
    expect(en.relative(new Date(2026, 2, 13, 1, 0), night.getTime())).toBe('yesterday');
    expect(en.relative(new Date(2026, 2, 13, 23, 30), morning.getTime() + 3_600_000)).toBe('2 hr. ago');
  });

  it('that are today are told by the clock, others with their day', () => {
    expect(en.stamp(now - 1000, now)).toMatch(/^\d\d:\d\d:59$/);
    expect(en.stamp(now - 86_400_000, now)).toMatch(/^Mar 1[234] \d\d:\d\d:00$/);
    expect(zh.stamp(now - 86_400_000, now)).toMatch(/^3月1[234]日 \d\d:\d\d:00$/);
  });
});
