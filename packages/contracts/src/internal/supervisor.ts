/** What a supervisor says to the control plane about its attempt: `POST /internal/v1/attempts/:attemptId/...`. Outside OpenAPI. */
import { z } from 'zod';
import { logStreams } from '../api/stream.ts';
import { timeSchema } from '../api/common.ts';
import { stepsMax } from '../job/training.ts';

/** What a column of type integer holds. */
const integerMax = 2 ** 31 - 1;
const step = z.int().min(0).max(stepsMax);
const rank = z.int().min(0).max(1_000_000);

/** PostgreSQL stores no NUL, and half a surrogate pair is no text. */
const storableText = (lengthMax: number) =>
  z.string().transform((text) => text.slice(0, lengthMax).replaceAll('\0', '\u{FFFD}').toWellFormed());

/**
 * A list that is read until one of its items is wrong. zod would go through all of them, also of a list that is too long, and
 * keep an issue for each: of a body of megabytes that is gigabytes.
 */
function boundedList<Item extends z.ZodType>(item: Item, lengthMax: number) {
  return z
    .array(z.unknown())
    .max(lengthMax)
    .transform((values, context): z.output<Item>[] => {
      const items: z.output<Item>[] = [];
      for (const [index, value] of values.entries()) {
        const { success, data, error } = item.safeParse(value);
        if (success) items.push(data);
        else {
          for (const issue of error.issues)
            context.issues.push({ ...issue, input: value, path: [index, ...issue.path] } as z.core.$ZodRawIssue);
          break;
        }
      }
      return items;
    });
}

/** Of a gang that has failed, `failed` is the rank that it began with; the others were stopped because of it. */
export const rankStates = ['starting', 'running', 'stopped', 'failed', 'done'] as const;

export const heartbeatSchema = z.object({
  ranks: boundedList(z.object({ rank, pid: z.int().min(1).max(integerMax), state: z.enum(rankStates), step }), 10_000),
});

export const heartbeatReplySchema = z.object({ stop: z.boolean() });

/** Metrics by column; `step` comes first. The others are any of these names; NaN and infinity travel as null. */
export const metricColumns = ['loss', 'gradNorm', 'tokens', 'stepTimeMs', 'learningRate', 'deviceBytes'] as const;

export type MetricColumn = (typeof metricColumns)[number];

/** Of each kind in a frame; supervisors send 2000 at a time. */
const rowsMax = 10_000;

export const frameSchema = z
  .object({
    seq: z.int().min(1).max(integerMax),
    metrics: z.object({
      columns: boundedList(z.enum(['step', ...metricColumns]), 1 + metricColumns.length),
      rows: boundedList(boundedList(z.number().nullable(), 1 + metricColumns.length), rowsMax),
    }),
    evaluations: boundedList(z.object({ step, loss: z.number().nullable() }), rowsMax),
    logs: boundedList(
      z.object({ rank: z.int().min(-1).max(1_000_000), time: timeSchema, stream: z.enum(logStreams), line: storableText(16_384) }),
      rowsMax,
    ),
  })
  .superRefine(({ metrics: { columns, rows } }, context) => {
    const path = ['metrics', 'columns'];
    if (columns[0] !== 'step' || new Set(columns).size !== columns.length)
      context.addIssue({ code: 'custom', path, message: 'must begin with step and name each column once' });
    for (const [index, row] of rows.entries()) {
      const [first] = row;
      if (row.length !== columns.length || typeof first !== 'number' || !Number.isInteger(first) || first < 0 || first > stepsMax) {
        context.addIssue({
          code: 'custom',
          path: ['metrics', 'rows', index],
          message: `must have ${columns.length} values, the first of them a step`,
        });
        return;
      }
    }
  });

export const frameReplySchema = z.object({ ackSeq: z.int().min(0) });

export const checkpointCommitSchema = z.object({
  step,
  path: z.string().min(1).max(4096),
  bytes: z.int().min(0),
  files: boundedList(
    z.object({ path: z.string().min(1).max(4096), bytes: z.int().min(0), sha256: z.string().regex(/^[0-9a-f]{64}$/) }),
    100_000,
  ),
});

export const finishSchema = z.object({
  outcome: z.enum(['succeeded', 'failed', 'stopped']),
  code: z.string().max(64).optional(),
  message: storableText(8192).optional(),
  step,
  model: z.object({ path: z.string().min(1).max(4096), loss: z.number().nullable().optional() }).optional(),
  sample: storableText(8192).optional(),
});

export type Heartbeat = z.output<typeof heartbeatSchema>;
export type HeartbeatReply = z.output<typeof heartbeatReplySchema>;
export type MetricsFrame = z.output<typeof frameSchema>;
export type FrameReply = z.output<typeof frameReplySchema>;
export type CheckpointCommit = z.output<typeof checkpointCommitSchema>;
export type Finish = z.input<typeof finishSchema>;
