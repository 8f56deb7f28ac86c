import type { Query } from '../database/database.ts';
import { parameters } from '../database/parameters.ts';

/** Points at equal distances, the first one at `from`. */
export interface Grid {
  from: Date;
  stepMs: number;
  points: number;
}

/** A screen does not have more columns. */
const pointsMax = 5000;
/** On a busy machine a row may come later than the others; from so many times the usual distance on, some are missing. */
const gapMin = 2;

export function gridOf({ from, to, points: wanted }: { from: Date; to: Date; points: number }): Grid {
  const points = Math.max(1, Math.min(pointsMax, Math.trunc(wanted)));
  return { from, stepMs: Math.max(1, to.getTime() - from.getTime()) / points, points };
}

/**
 * Averages of columns over the time from each point to the next. A row stands for the time since the one before it, or, after a
 * gap, for `everyMs`, and counts in each point for as long as it reaches into it; a point that no row reaches into is null.
 * @param source the rows: a `select` with a `time`, which ends in a condition that may go on
 */
export async function averages<Column extends string>(
  query: Query,
  {
    grid: { from, stepMs, points },
    everyMs,
    columns,
    source,
  }: { grid: Grid; everyMs: number; columns: readonly Column[]; source(p: (value: unknown) => string): string },
): Promise<{ times: Date[] } & Record<Column, (number | null)[]>> {
  const { p, values } = parameters();
  const [first, step, every] = [`${p(from)}::timestamptz`, `${p(stepMs)}::double precision`, `${p(everyMs)}::double precision`];
  const last = new Date(from.getTime() + stepMs * points + gapMin * everyMs);
  const means = columns.map((name) => `sum(weight * ${name}) / sum(weight) filter (where ${name} is not null) as ${name}`);
  const rows = await query<{ point: number } & Record<Column, number | null>>(
    `with measured as (
       select *, (extract(epoch from time - ${first}) * 1000)::double precision as ms,
              (extract(epoch from time - lag(time) over (order by time)) * 1000)::double precision as since_ms
       from (${source(p)} and time > ${first} and time < ${p(last)}) as measured
     ),
     used as (
       select *, ms - case when since_ms < ${every} * ${gapMin} then since_ms else ${every} end as begin_ms from measured
     ),
     spread as (
       select *, least(ms, (point + 1) * ${step}) - greatest(begin_ms, point * ${step}) as weight
       from used cross join lateral generate_series(
         greatest(floor(begin_ms / ${step}), 0)::integer, least(ceil(ms / ${step}) - 1, ${p(points - 1)}::integer)::integer
       ) as point
     )
     select point, ${means.join(', ')} from spread where weight > 0 group by point`,
    values,
  );
  const result: Record<string, (number | null)[]> = Object.fromEntries(columns.map((name) => [name, Array<null>(points).fill(null)]));
  for (const row of rows) for (const name of columns) result[name]![row.point] = row[name];
  const times = Array.from({ length: points }, (_, point) => new Date(from.getTime() + point * stepMs));
  return { ...(result as Record<Column, (number | null)[]>), times };
}
