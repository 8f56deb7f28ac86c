/** One connection for everything that a dashboard shows: `GET /stream?topics=`. */
import { z } from 'zod';
import { jobStates } from '../job/states.ts';
import { idSchema } from '../values/id.ts';
import { timeSchema } from './common.ts';
import { jobChangeSchema, jobSchema } from './job.ts';
import { nodeStates } from './cluster.ts';
import { liveSeries, liveTopicsMax, type LiveTopic } from './live-topic.ts';
import { overviewSchema } from './overview.ts';
import { eventSchema, logLineSchema, metricPointSchema } from './stream.ts';

/**
 * `overview`, `jobs`, `devices`, `job:ID`, `events:ID@SEQ`, `metrics:ID@SEQ`, `logs:ID@SEQ`; without `@SEQ` from the beginning.
 * @returns undefined for anything else
 */
export function parseLiveTopic(text: string): LiveTopic | undefined {
  const [, kind, job, after] = /^([a-z]+)(?::([^@]+)(?:@(\d{1,15}))?)?$/.exec(text) ?? [];
  if (job === undefined) return kind === 'overview' || kind === 'jobs' || kind === 'devices' ? { kind } : undefined;
  if (!idSchema('job').safeParse(job).success) return undefined;
  if (kind === 'job') return after === undefined ? { kind, job } : undefined;
  const series = liveSeries.find((name) => name === kind);
  return series && { kind: series, job, after: Number(after ?? 0) };
}

export const liveQuerySchema = z.strictObject({
  topics: z
    .string()
    .min(1)
    .max(4096)
    .transform((text) => text.split(','))
    .pipe(z.array(z.string()).max(liveTopicsMax))
    .transform((names, context) =>
      names.flatMap((name) => {
        const topic = parseLiveTopic(name);
        if (!topic) context.issues.push({ code: 'custom', input: name, message: `has no topic ${name.slice(0, 60)}` });
        return topic ?? [];
      }),
    )
    .describe('Separated by commas: `overview`, `jobs`, `devices`, `job:ID`, `events:ID@SEQ`, `metrics:ID@SEQ`, `logs:ID@SEQ`.'),
});

const job = idSchema('job');
/** Whole per cent; null where nobody measures. */
const percent = z.int().min(0).max(100).nullable();

/** What the numbers in `state` of a `devices` frame mean. */
export const heatStates = ['free', 'allocated', 'unhealthy'] as const;

/** A node in the order of the heat map; its devices follow those of the node before. */
export const heatNodeSchema = z.object({
  name: z.string(),
  rack: z.string().nullable(),
  state: z.enum(nodeStates),
  type: z.string().describe('Of its devices.'),
  devices: z.int().min(0),
});

export type HeatNode = z.output<typeof heatNodeSchema>;

/** Frames by the SSE event's name; `data` is one of these as JSON. */
export const liveFrameSchemas = {
  /** At once, then at most every two seconds, when it changed. */
  overview: overviewSchema,
  /** At most once a second: what changed of the project's jobs since. The first says the counts and changes nothing. */
  jobs: z.object({ changes: z.array(jobChangeSchema), counts: z.partialRecord(z.enum(jobStates), z.int().min(0)) }),
  /** At once, then when it changed, at most once a second. */
  job: jobSchema,
  events: z.object({ job, items: z.array(eventSchema) }),
  metrics: z.object({ job, items: z.array(metricPointSchema) }),
  logs: z.object({ job, items: z.array(logLineSchema) }),
  /** The job has ended and everything of this series was sent. */
  ended: z.object({ job, series: z.enum(liveSeries), state: z.enum(jobStates) }),
  /** What lies after the asked sequence is gone, or was never there: the series begins again at `oldest`. */
  reset: z.object({ job, series: z.enum(liveSeries), oldest: z.int().min(0) }),
  /** First, and when nodes come or go, all devices: `nodes` is there and `index` null. Then once a second those that changed. */
  devices: z.object({
    time: timeSchema,
    nodes: z.array(heatNodeSchema).nullable(),
    index: z.array(z.int().min(0)).nullable().describe('Places in the order of the map, of what follows.'),
    state: z.array(z.int().min(0)).describe('free, allocated, unhealthy: 0, 1, 2.'),
    busy: z.array(percent),
    memory: z.array(percent),
  }),
};

export type LiveFrameName = keyof typeof liveFrameSchemas;
export type LiveFrame = {
  [Name in LiveFrameName]: { event: Name; data: z.output<(typeof liveFrameSchemas)[Name]> };
}[LiveFrameName];
export type LiveData<Name extends LiveFrameName> = z.output<(typeof liveFrameSchemas)[Name]>;
