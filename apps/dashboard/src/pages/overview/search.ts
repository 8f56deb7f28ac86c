import { oneOf, textOf, type RawSearch } from '../../api/search.ts';

/** How far back the picture of use goes. */
export const periods = ['1h', '6h', '24h'] as const;
export type Period = (typeof periods)[number];

export const periodHours: Record<Period, number> = { '1h': 1, '6h': 6, '24h': 24 };

export const signInFailures = ['expired', 'unavailable'] as const;
export type SignInFailure = (typeof signInFailures)[number];

export interface OverviewSearch {
  /** Why the API could not sign in who came with a key: it no longer opens, or the database was away. */
  signin?: SignInFailure | undefined;
  period?: Period | undefined;
  /** What was zoomed into, in seconds since 1970: `1760000000-1760003600`. */
  zoom?: string | undefined;
}

export function parseOverviewSearch(search: RawSearch): OverviewSearch {
  const zoom = textOf(search['zoom']);
  return { signin: oneOf(signInFailures, search['signin']), period: oneOf(periods, search['period']), zoom: parseZoom(zoom) && zoom };
}

/** @returns milliseconds since 1970, from and to; undefined for anything else */
export function parseZoom(zoom: string | undefined): readonly [number, number] | undefined {
  const [, from, to] = /^(\d{1,11})-(\d{1,11})$/.exec(zoom ?? '') ?? [];
  return from !== undefined && Number(from) < Number(to) ? [Number(from) * 1000, Number(to) * 1000] : undefined;
}

export function formatZoom([fromMs, toMs]: readonly [number, number]): string {
  return `${Math.floor(fromMs / 1000)}-${Math.ceil(toMs / 1000)}`;
}

/** The shortest period that has everything that was measured; the longest where nothing was. @param times of points, ISO 8601 */
export function periodOf({ times, devices }: { times: readonly string[]; devices: readonly (number | null)[] }, nowMs: number): Period {
  const first = devices.findIndex((count) => count !== null);
  if (first < 0) return '24h';
  const ageHours = (nowMs - Date.parse(times[first]!)) / 3_600_000;
  return periods.find((period) => ageHours <= periodHours[period]) ?? '24h';
}
