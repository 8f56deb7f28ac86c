import type { Database } from '../database/database.ts';
import { parameters } from '../database/parameters.ts';
import { scopeSql } from '../database/scope.ts';
import type { MetricStore } from '../store.ts';
import { columnSql, evaluationOf, stepEvaluated } from './metric-columns.ts';
import { sampleMetrics } from './metric-sample.ts';

const afterLimitDefault = 1000;
const afterLimitMax = 10_000;

export function metricStore(database: Database): MetricStore {
  const { query } = database;
  return {
    after: async (scope, jobId, { seq, columns, limit = afterLimitDefault }) => {
      const take = Math.max(1, Math.min(afterLimitMax, limit));
      const { p, values } = parameters();
      const [job, first] = [p(jobId), p(take + 1)];
      const changed = `job_id = ${job} and ${scopeSql(scope, 'project_id', p)} and seq > ${p(seq)} order by seq limit ${first}::bigint`;
      const selected = columns.map((name) => columnSql(name, p));
      // One statement sees one state of the database. A step whose last change is a later one comes with that.
      const found = await query<{ seq: number; values: (number | null)[] | null; evaluationLoss: number | null }>(
        `with change as (
           select * from (
             (select seq, step from metric where ${changed}) union all (select seq, ${stepEvaluated} from evaluation where ${changed})
           ) both_kinds order by seq limit ${first}::bigint
         )
         select c.seq, s.values, s.loss as "evaluationLoss"
         from change c left join lateral (
           select array[${selected.join(', ')}]::double precision[] as values, e.loss, greatest(m.seq, e.seq) as seq
           from metric m left join lateral ${evaluationOf(job)} e on true
           where m.job_id = ${job} and m.step = c.step
         ) s on s.seq = c.seq
         order by c.seq`,
        values,
      );
      const taken = found.slice(0, take);
      return {
        steps: taken.flatMap((row) => (row.values === null ? [] : [{ ...row, values: row.values }])),
        seq: taken.at(-1)?.seq ?? seq,
        more: found.length > take,
      };
    },

    sample: (...asked) => sampleMetrics(database, ...asked),

    lastSeq: async (scope, jobId) => {
      const { p, values } = parameters();
      const [row] = await query<{ lastSeq: number }>(
        `select metric_seq as "lastSeq" from progress where job_id = ${p(jobId)} and ${scopeSql(scope, 'project_id', p)}`,
        values,
      );
      return row?.lastSeq ?? 0;
    },

    count: async (scope, jobId) => {
      const { p, values } = parameters();
      // A checkpoint never leads the steps, so they have no gaps, and the last one in the primary key tells how many there are.
      const [row] = await query<{ count: number }>(
        `select coalesce(max(step) + 1, 0) as count from metric where job_id = ${p(jobId)} and ${scopeSql(scope, 'project_id', p)}`,
        values,
      );
      return row!.count;
    },
  };
}
