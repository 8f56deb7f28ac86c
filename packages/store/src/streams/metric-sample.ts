import type { Database } from '../database/database.ts';
import { parameters } from '../database/parameters.ts';
import { scopeSql } from '../database/scope.ts';
import type { MetricStep, MetricStore } from '../store.ts';
import { columnSql, evaluationOf, stepEvaluated } from './metric-columns.ts';

/** Of each stretch: the last step, those of the least and the greatest loss, the slowest, that of the greatest gradient norm, the last evaluated. */
const perStretch = 6;
/** Beside them the first step, and whatever changed last. */
const beside = 2;

/**
 * See `MetricStore.sample`. Real points, not means: a spike stays where it was, and what comes later is drawn after them. The extremes
 * of a stretch come from one look at its rows, as the least or greatest pair of value and step.
 */
export async function sampleMetrics(
  { query }: Database,
  ...[scope, jobId, { columns, points, from = 0, to = 2 ** 31 - 1 }]: Parameters<MetricStore['sample']>
): Promise<MetricStep[]> {
  const { p, values } = parameters();
  const [job, first, last] = [p(jobId), `${p(from)}::integer`, `${p(to)}::integer`];
  const mine = `job_id = ${job} and ${scopeSql(scope, 'project_id', p)}`;
  const stretches = Math.max(1, Math.floor((points - beside) / perStretch));
  const selected = columns.map((name) => columnSql(name, p));
  const extreme = (which: 'min' | 'max', column: string) =>
    `(${which}(array[${column}, step]) filter (where ${column} is not null))[2]::integer`;
  const stretchOf = (step: string) => `(${step} - range.first)::bigint * range.stretches / (range.last - range.first + 1)`;
  return await query<MetricStep>(
    `with ends as (select min(step) as first, max(step) as last from metric where ${mine} and step between ${first} and ${last}),
     range as (
       select *, case when last - first < ${p(points)}::integer then last - first + 1 else ${p(stretches)}::integer end as stretches from ends
     ),
     picked (step) as (
       select unnest(array[
         max(step), ${extreme('min', 'loss')}, ${extreme('max', 'loss')}, ${extreme('max', 'step_time_ms')}, ${extreme('max', 'grad_norm')}
       ])
       from metric, range where ${mine} and step between range.first and range.last group by ${stretchOf('step')}
       union
       select max(${stepEvaluated}) from evaluation, range
       where ${mine} and ${stepEvaluated} between range.first and range.last group by ${stretchOf(stepEvaluated)}
       union
       select first from range
       union
       select changed.step from (
         (select seq, step from metric where ${mine} order by seq desc limit 1)
         union all (select seq, ${stepEvaluated} from evaluation where ${mine} order by seq desc limit 1)
         order by seq desc limit 1
       ) changed, range where changed.step between range.first and range.last
     )
     select greatest(m.seq, e.seq) as seq, array[${selected.join(', ')}]::double precision[] as values, e.loss as "evaluationLoss"
     from picked join metric m on m.job_id = ${job} and m.step = picked.step left join lateral ${evaluationOf(job)} e on true
     order by m.step`,
    values,
  );
}
