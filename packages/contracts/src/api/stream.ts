import { z } from 'zod';
import { jobStates } from '../job/states.ts';
import { idSchema } from '../values/id.ts';
import { listLimitDefault, listLimitMax, reasonSchema, timeSchema } from './common.ts';

/** A transition of a job, or something else worth telling. `seq` counts from 1 in each job, without gaps. */
export const eventSchema = z
  .object({
    seq: z.int().min(1),
    job: idSchema('job'),
    attempt: z.int().min(0),
    time: timeSchema,
    type: z.string().describe('`transition`, `cancel`, `checkpoint`, `attempt`; more may follow.'),
    from: z.enum(jobStates).nullable(),
    to: z.enum(jobStates).nullable(),
    reason: reasonSchema.nullable(),
    data: z.record(z.string(), z.unknown()).nullable().describe('Facts of its type, for example the step of a checkpoint.'),
  })
  .meta({ id: 'Event' });

export type Event = z.output<typeof eventSchema>;

/** One optimizer step of a job. */
export const metricPointSchema = z
  .object({
    seq: z
      .int()
      .min(0)
      .describe(
        'Number of its last change within the job. A step comes again, with a greater one, when it was evaluated or gone over again.',
      ),
    step: z.int().min(0).describe('From 0.'),
    attempt: z.int().min(1),
    time: timeSchema,
    loss: z.number().nullable().describe('Mean over the global batch, before the update.'),
    gradNorm: z.number().nullable().describe('Before clipping.'),
    tokens: z.number().nullable().describe('Cumulative.'),
    stepTimeMs: z.number().nullable().describe('Without evaluation and checkpoints.'),
    learningRate: z.number().nullable(),
    deviceBytes: z.number().nullable().describe('Peak memory of the worst rank.'),
    evaluationLoss: z.number().nullable().describe('On the held-out part, after this many steps, where there was an evaluation.'),
  })
  .meta({ id: 'MetricPoint' });

export type MetricPoint = z.output<typeof metricPointSchema>;

export const logStreams = ['stdout', 'stderr', 'system'] as const;

export const logLineSchema = z
  .object({
    seq: z.int().min(0),
    attempt: z.int().min(1),
    rank: z.int().min(-1).describe('-1 for the supervisor.'),
    time: timeSchema,
    stream: z.enum(logStreams),
    line: z.string(),
  })
  .meta({ id: 'LogLine' });

export type LogLine = z.output<typeof logLineSchema>;

/** The stream is over: the job has ended and everything was sent. */
export const endFrameSchema = z.object({ state: z.enum(jobStates) }).meta({ id: 'EndFrame' });

/** The id that the reader resumed from is too old, or from another job: read everything again. */
export const resetFrameSchema = z.object({ oldest: z.int().min(0) }).meta({ id: 'ResetFrame' });

/** What a stream carries, by the SSE event's name; `data` is one JSON frame, `id` its seq. */
export const frameSchemas = {
  event: eventSchema,
  metric: metricPointSchema,
  log: logLineSchema,
  end: endFrameSchema,
  reset: resetFrameSchema,
};

export type FrameName = keyof typeof frameSchemas;
export type Frame = {
  [Name in FrameName]: { event: Name; id?: string | undefined; data: z.output<(typeof frameSchemas)[Name]> };
}[FrameName];

/** Reads `Last-Event-ID`; undefined for anything but a whole number. */
export function parseEventId(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}

/** Query of events, metrics and logs when read as a list. */
export const seriesQuerySchema = z.strictObject({
  after: z.coerce.number().int().min(0).optional().describe('Only what comes after this seq.'),
  cursor: z.string().min(1).max(2048).optional(),
  limit: z.coerce.number().int().min(1).max(listLimitMax).default(listLimitDefault),
});

export type SeriesQuery = z.output<typeof seriesQuerySchema>;

const stepSchema = z.coerce
  .number()
  .int()
  .min(0)
  .max(2 ** 31 - 1)
  .optional();

/** Metrics may be thinned out for a picture. */
export const metricQuerySchema = seriesQuerySchema.extend({
  points: z.coerce
    .number()
    .int()
    .min(20)
    .max(4000)
    .optional()
    .describe(
      'Instead of pages: the whole series in at most so many of its points, in order of steps. Of each stretch the last one is there, the ones with the least and the greatest loss, the slowest, the one with the greatest gradient norm, and the last evaluation; and whatever changed last, whose `seq` is where to go on.',
    ),
  from: stepSchema.describe('With `points`: of the steps from this one on.'),
  to: stepSchema.describe('With `points`: of the steps up to this one.'),
});

export type MetricQuery = z.output<typeof metricQuerySchema>;

/** Logs may be narrowed down, as a list and as a stream, and as a list be read from their end. */
export const logQuerySchema = seriesQuerySchema.extend({
  tail: z
    .stringbool()
    .default(false)
    .describe('As a list: the last lines in place of the first; `nextCursor` leads further back. Each page is in order.'),
  before: z.coerce.number().int().min(0).optional().describe('As a list: the last lines before this seq.'),
  rank: z.coerce.number().int().min(-1).max(1_000_000).optional().describe('-1 for the supervisor.'),
  attempt: z.coerce
    .number()
    .int()
    .min(1)
    .max(2 ** 31 - 1)
    .optional(),
  search: z.string().min(1).max(200).optional().describe('Part of the line, whatever the case.'),
});

export type LogQuery = z.output<typeof logQuerySchema>;
