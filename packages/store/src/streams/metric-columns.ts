/** Metrics with a column of their own in `metric`, by their names outside; every other one lies in `extra`. */
export const metricSqlColumns = {
  loss: 'loss',
  gradNorm: 'grad_norm',
  tokens: 'tokens',
  stepTimeMs: 'step_time_ms',
  learningRate: 'learning_rate',
} as const;

/** The step that an evaluation belongs to: the one after n steps to step n - 1; one may come before the first step. */
export const stepEvaluated = 'greatest(step - 1, 0)';

/** What is known of the evaluations of `metric m`, a step of this job. */
export const evaluationOf = (job: string) => `(
    select max(seq) as seq, (array_agg(loss order by step desc))[1] as loss from evaluation
    where job_id = ${job} and step in (m.step + 1, case m.step when 0 then 0 end)
  )`;

/** One column of `metric m` as a number. */
export function columnSql(name: string, p: (value: unknown) => string): string {
  if (name === 'step' || name === 'attempt') return `m.${name}::double precision`;
  if (name === 'time') return '(extract(epoch from m.time) * 1000)::double precision';
  if (Object.hasOwn(metricSqlColumns, name)) return `m.${metricSqlColumns[name as keyof typeof metricSqlColumns]}`;
  return `(m.extra ->> ${p(name)})::double precision`;
}
