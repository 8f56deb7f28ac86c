import { expect, it } from 'vitest';
import { formatZoom, parseOverviewSearch, parseZoom, periodOf } from './search.ts';

it('opens whatever the address says', () => {
  expect(parseOverviewSearch({ signin: 'expired', period: '6h', zoom: '10-20' })).toEqual({
    signin: 'expired',
    period: '6h',
    zoom: '10-20',
  });
  expect(parseOverviewSearch({ signin: 1, period: '7h', zoom: '20-10' })).toEqual({});
});

it('keeps what was zoomed into in the address, to the second', () => {
  expect(parseZoom(formatZoom([10_400, 19_600]))).toEqual([10_000, 20_000]);
});

it('shows a young cluster in its own time', () => {
  const now = Date.parse('2026-01-31T12:00:00Z');
  const measuredFrom = (time: string) => periodOf({ times: ['2026-01-30T12:00:00Z', time], devices: [null, 2] }, now);
  expect(measuredFrom('2026-01-31T11:40:00Z')).toBe('1h');
  expect(measuredFrom('2026-01-31T08:40:00Z')).toBe('6h');
  expect(measuredFrom('2026-01-31T02:40:00Z')).toBe('24h');
  expect(periodOf({ times: ['2026-01-30T12:00:00Z'], devices: [null] }, now)).toBe('24h');
});
