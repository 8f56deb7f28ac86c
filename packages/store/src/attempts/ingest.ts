import type { Query } from '../database/database.ts';
import { parameters } from '../database/parameters.ts';
import { storable } from '../database/text.ts';
import type { AttemptToken, Frame } from '../store.ts';
import type { Announcer } from '../streams/announce.ts';
import { metricSqlColumns } from '../streams/metric-columns.ts';
import { fenced, held } from './fence.ts';

/**
 * See `AttemptStore.ingest`. One statement: the frame's number is raised by the same statement that writes its rows, and
 * only from the number before it, so that a frame that comes again writes nothing and none is passed over.
 * Rows are numbered under the lock of the job's progress, so that a reader who goes on after a number misses none.
 */
export async function ingest(
  { query, announcer }: { query: Query; announcer: Announcer },
  token: AttemptToken,
  frame: Frame,
): Promise<{ ackSeq: number }> {
  const metrics = metricRows(frame);
  const evaluations = [...new Map(frame.evaluations.map((evaluation) => [evaluation.step, evaluation])).values()];
  const { logs } = frame;
  const places = numbering(metrics.steps, evaluations);
  const progress = progressOf(metrics);
  // Steps are numbered from 0; an attempt counts those that are done, as its end and its checkpoints do.
  const stepsDone = progress ? progress.step + 1 : null;
  const { p, values } = parameters();
  const numbered = metrics.steps.length + evaluations.length;
  const names = Object.values(metricSqlColumns);

  const [row] = await query<{ jobId: string; frameSeq: number; taken: boolean }>(
    `with ${held(token, p)},
     fresh as (
       update attempt a set frame_seq = ${p(frame.seq)}, heartbeat_at = now(), step = coalesce(${p(stepsDone)}::integer, a.step)
       from held where a.id = held.id and a.frame_seq = ${p(frame.seq - 1)}
       returning a.job_id, a.project_id, a.number, coalesce(a.resumed_from, 0) as resumed_from
     ),
     counted as (
       update progress g set
         metric_seq = g.metric_seq + ${p(numbered)}::integer, log_seq = g.log_seq + ${p(logs.length)}::integer
         ${progress ? `, ${progressAssignments(progress, p)}` : ''}
       from fresh where g.job_id = fresh.job_id
       returning fresh.job_id, fresh.project_id, fresh.number,
         g.metric_seq - ${p(numbered)}::integer as metric_seq, g.log_seq - ${p(logs.length)}::integer as log_seq
     ),
     stepped as (
       insert into metric as m (job_id, project_id, attempt, seq, step, ${names.join(', ')}, extra)
       select c.job_id, c.project_id, c.number, c.metric_seq + r.place, r.step, ${names.map((name) => `r.${name}`).join(', ')}, r.extra
       from counted c, unnest(
         ${p(places.steps)}::integer[], ${p(metrics.steps)}::integer[], ${metrics.columns.map((column) => `${p(column)}::double precision[]`).join(', ')}, ${p(metrics.extra)}::jsonb[]
       ) as r (place, step, ${names.join(', ')}, extra)
       on conflict (job_id, step) do update set
         attempt = excluded.attempt, seq = excluded.seq, time = excluded.time, extra = excluded.extra,
         ${names.map((name) => `${name} = excluded.${name}`).join(', ')}
     ),
     evaluated as (
       insert into evaluation (job_id, project_id, attempt, seq, step, loss)
       select c.job_id, c.project_id, c.number, c.metric_seq + r.place, r.step, r.loss
       from counted c, unnest(
         ${p(places.evaluations)}::integer[], ${p(evaluations.map(({ step }) => step))}::integer[], ${p(evaluations.map(({ loss }) => finite(loss)))}::double precision[]
       ) as r (place, step, loss)
       on conflict (job_id, step) do update set attempt = excluded.attempt, seq = excluded.seq, time = excluded.time, loss = excluded.loss
     ),
     logged as (
       insert into log (job_id, project_id, attempt, seq, rank, time, stream, line)
       select c.job_id, c.project_id, c.number, c.log_seq + r.n, r.rank, r.time, r.stream, r.line
       from counted c, unnest(
         ${p(logs.map(({ rank }) => rank))}::integer[], ${p(logs.map(({ time }) => new Date(time)))}::timestamptz[],
         ${p(logs.map(({ stream }) => stream))}::text[], ${p(logs.map(({ line }) => storable(line)))}::text[]
       ) with ordinality as r (rank, time, stream, line, n)
     )
     select held.job_id as "jobId", held.frame_seq as "frameSeq", exists (select from fresh) as taken from held`,
    values,
  );
  if (!row) throw fenced();
  if (!row.taken) return { ackSeq: row.frameSeq };
  if (numbered > 0) announcer.announce('metric', row.jobId);
  if (logs.length > 0) announcer.announce('log', row.jobId);
  return { ackSeq: frame.seq };
}

interface MetricRows {
  steps: number[];
  /** One array for each of `metricSqlColumns`. */
  columns: (number | null)[][];
  /** What has no column of its own, as JSON. */
  extra: (string | null)[];
}

/** A frame's metrics by column; of a step that comes twice, the last row. */
function metricRows({ metrics: { columns, rows } }: Frame): MetricRows {
  const byStep = new Map(rows.flatMap((row) => (typeof row[0] === 'number' ? [[row[0], row] as const] : [])));
  const own = Object.keys(metricSqlColumns).map((name) => columns.indexOf(name));
  const others = columns.flatMap((name, index) => (index > 0 && !Object.hasOwn(metricSqlColumns, name) ? [[name, index] as const] : []));
  const kept = [...byStep.values()];
  return {
    steps: [...byStep.keys()],
    columns: own.map((index) => kept.map((row) => (index < 0 ? null : finite(row[index])))),
    extra: kept.map((row) => {
      const entries = others.map(([name, index]) => [name, finite(row[index])] as const).filter(([, value]) => value !== null);
      return entries.length > 0 ? JSON.stringify(Object.fromEntries(entries)) : null;
    }),
  };
}

/** Places of a frame's steps and evaluations in the order in which they came to be: an evaluation follows its step. */
function numbering(steps: readonly number[], evaluations: readonly { step: number }[]): { steps: number[]; evaluations: number[] } {
  const places = { steps: Array<number>(steps.length), evaluations: Array<number>(evaluations.length) };
  const all = [
    ...steps.map((step, index) => ({ of: places.steps, index, after: step + 0.5 })),
    ...evaluations.map(({ step }, index) => ({ of: places.evaluations, index, after: step })),
  ].toSorted((a, b) => a.after - b.after);
  for (const [place, { of, index }] of all.entries()) of[index] = place + 1;
  return places;
}

interface FrameProgress {
  step: number;
  loss: number | null;
  tokens: number | null;
  /** Steps that were timed, and their mean. */
  timed: number;
  stepTimeMs: number | null;
  /** Every step has as many as the others. */
  tokensPerStep: number | null;
}

/** Where a job is after this frame; undefined when it brings no step. */
function progressOf({ steps, columns }: MetricRows): FrameProgress | undefined {
  const step = steps.at(-1);
  if (step === undefined) return undefined;
  const names = Object.keys(metricSqlColumns);
  const column = (name: string) => columns[names.indexOf(name)] ?? [];
  const reported = column('tokens').at(-1) ?? null;
  const tokens = Number.isSafeInteger(reported) ? reported : null;
  // Beyond these bounds it is no time that a step can take, and what is computed from it no number.
  const times = column('stepTimeMs').filter((time): time is number => time !== null && time > 1e-3 && time < 1e12);
  const stepTimeMs = times.length > 0 ? times.reduce((sum, time) => sum + time, 0) / times.length : null;
  // `tokens` counts those of all steps.
  const tokensPerStep = tokens === null ? null : tokens / (step + 1);
  return { step, loss: column('loss').at(-1) ?? null, tokens, timed: times.length, stepTimeMs, tokensPerStep };
}

/** What the time of a step is averaged over, so that what is predicted from it does not jump: the longer of the two. */
const averagedMs = 10_000;
const averagedSteps = 20;

/**
 * The average so far moved towards that of the frame, by the frame's share of what is averaged over: exponential smoothing. At
 * the beginning of an attempt it is the mean of all its steps, whatever an earlier one left.
 */
function smoothedStepTime({ step, timed, stepTimeMs }: FrameProgress, p: (value: unknown) => string): string {
  if (stepTimeMs === null) return 'null::double precision';
  const frame = `${p(stepTimeMs)}::double precision`;
  const share = 1 - Math.exp(-Math.min((timed * stepTimeMs) / averagedMs, timed / averagedSteps));
  const beginning = `${p(timed)}::double precision / greatest(${p(step + 1)}::integer - fresh.resumed_from, 1)`;
  return `(coalesce(g.step_time_ms, ${frame}) + (${frame} - coalesce(g.step_time_ms, ${frame}))
    * least(greatest(${p(share)}::double precision, ${beginning}), 1))`;
}

function progressAssignments(progress: FrameProgress, p: (value: unknown) => string): string {
  const { step, loss, tokens, tokensPerStep } = progress;
  const stepTimeMs = smoothedStepTime(progress, p);
  return `step = ${p(step)}::integer, loss = ${p(loss)}::double precision, tokens = ${p(tokens)}::bigint,
    step_time_ms = ${stepTimeMs}, tokens_per_second = ${p(tokensPerStep)}::double precision * 1000 / nullif(${stepTimeMs}, 0), updated_at = now()`;
}

function finite(value: number | null | undefined): number | null {
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}
