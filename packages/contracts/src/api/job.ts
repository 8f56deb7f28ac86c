import { z } from 'zod';
import { jobKinds } from '../job/enumerations.ts';
import { jobSpecSchema } from '../job/schema.ts';
import { attemptStates, jobStates, type JobState } from '../job/states.ts';
import { idSchema } from '../values/id.ts';
import { listQuerySchema, reasonSchema, timeSchema } from './common.ts';
import { planSchema } from './plan.ts';

/** How far a job is. */
export const progressSchema = z
  .object({
    step: z.int().min(0).describe('Optimizer steps done.'),
    steps: z.int().min(1).nullable().describe('Steps of the whole run; null until they are known.'),
    loss: z.number().nullable(),
    evaluationLoss: z.number().nullable(),
    tokens: z.number().min(0),
    tokensPerSecond: z.number().min(0).nullable(),
    etaSeconds: z.number().min(0).nullable(),
  })
  .meta({ id: 'Progress' });

export type Progress = z.output<typeof progressSchema>;

/** What a job left behind; see `links` for where to read more. */
export const jobResultSchema = z
  .object({
    model: z.string().nullable().describe('Directory of the exported model.'),
    checkpoint: z.string().nullable(),
    sample: z.string().nullable(),
  })
  .meta({ id: 'JobResult' });

export type JobResult = z.output<typeof jobResultSchema>;

export const jobSchema = z
  .object({
    id: idSchema('job'),
    name: z.string(),
    kind: z.enum(jobKinds),
    project: z.string(),
    queue: z.string(),
    state: z.enum(jobStates),
    reason: reasonSchema.nullable().describe('Why it waits or how it failed.'),
    spec: jobSpecSchema,
    plan: planSchema.nullable(),
    attempt: z.int().min(0).describe('Number of the current or last attempt; 0 before the first.'),
    createdAt: timeSchema,
    startedAt: timeSchema.nullable(),
    endedAt: timeSchema.nullable(),
    modelParameters: z.int().min(1).nullable().describe('How many parameters its model has; null where the spec does not say.'),
    progress: progressSchema.nullable(),
    result: jobResultSchema.nullable(),
    links: z.record(z.string(), z.string()),
  })
  .meta({ id: 'Job' });

export type Job = z.output<typeof jobSchema>;

/** A job as lists show it: without its spec and plan, which are long. */
export const jobSummarySchema = jobSchema
  .omit({ spec: true, plan: true, result: true, links: true })
  .extend({
    model: z.string().describe('What the spec says of its model, in a word.'),
    devices: z.int().min(1).nullable().describe('Devices of its gang; null before it was planned.'),
  })
  .meta({ id: 'JobSummary' });

export type JobSummary = z.output<typeof jobSummarySchema>;

/** What may change of a job in a list. */
export const jobChangeSchema = jobSummarySchema.meta({ id: 'JobChange' });

export type JobChange = z.output<typeof jobChangeSchema>;

/** States that lists of jobs can be asked for: also those that belong to the contract and that no job of this version reaches. */
export const listedStates = [...jobStates, 'serving', 'paused', 'preempting', 'rescaling'] as const;

export type ListedState = (typeof listedStates)[number];

const isReached = (state: ListedState): state is JobState => (jobStates as readonly string[]).includes(state);

export const jobListQuerySchema = listQuerySchema
  .extend({
    state: z
      .string()
      .max(400)
      .transform((text) => text.split(','))
      .pipe(z.array(z.enum(listedStates)))
      .transform((states) => states.filter(isReached))
      .optional()
      .describe('One state or several, separated by commas.'),
    project: z.string().max(63).optional(),
    queue: z.string().max(63).optional(),
    kind: z.enum(jobKinds).optional(),
    name: z.string().max(128).optional().describe('The whole name.'),
    search: z.string().min(1).max(200).optional().describe('Part of the name or id, whatever the case.'),
    order: z.enum(['newest', 'oldest']).default('newest').describe('By time of creation.'),
    offset: z.coerce
      .number()
      .int()
      .min(0)
      .max(10_000_000)
      .optional()
      .describe('Skips so many: to jump into the middle of a long list. From there on by `cursor`; not with one.'),
    view: z.enum(['full', 'summary']).default('full').describe('`summary`: without spec and plan.'),
  })
  .refine(({ cursor, offset }) => cursor === undefined || offset === undefined, {
    path: ['offset'],
    error: 'says where to begin, and so does `cursor`: give one of them',
  });

export type JobListQuery = z.output<typeof jobListQuerySchema>;

export const createJobQuerySchema = z.strictObject({
  dryRun: z.stringbool().default(false).describe('Answers what would happen, and makes nothing.'),
  fileName: z.string().max(255).optional().describe('Name of the spec file; a job without a name is called after it.'),
});

export const idempotencyKeySchema = z.string().regex(/^[\x21-\x7e]{1,255}$/, { error: 'must be 1 to 255 visible ASCII characters' });

export const attemptSchema = z
  .object({
    id: idSchema('attempt'),
    job: idSchema('job'),
    number: z.int().min(1),
    state: z.enum(attemptStates),
    reason: reasonSchema.nullable(),
    createdAt: timeSchema,
    startedAt: timeSchema.nullable(),
    endedAt: timeSchema.nullable(),
    heartbeatAt: timeSchema.nullable(),
    resumedFromStep: z.int().min(0).nullable(),
    ranks: z.array(
      z.object({
        rank: z.int().min(0),
        node: z.string(),
        device: z.string(),
        deviceIndex: z.int().min(0).nullable().describe('Of the device in its node; null when it is not there any more.'),
        pid: z.int().nullable(),
        state: z.string(),
        step: z.int().nullable(),
      }),
    ),
  })
  .meta({ id: 'Attempt' });

export type Attempt = z.output<typeof attemptSchema>;

export const checkpointSchema = z
  .object({
    id: idSchema('checkpoint'),
    job: idSchema('job'),
    attempt: z.int().min(1),
    step: z.int().min(0),
    path: z.string(),
    bytes: z.number().min(0),
    createdAt: timeSchema,
  })
  .meta({ id: 'Checkpoint' });

export type Checkpoint = z.output<typeof checkpointSchema>;

/** What `GET /jobs/{id}/explain` answers. */
export const explainSchema = z
  .object({ state: z.enum(jobStates), reasons: z.array(reasonSchema), plan: planSchema.nullable(), explanation: z.array(z.string()) })
  .meta({ id: 'Explanation' });

export type Explanation = z.output<typeof explainSchema>;
