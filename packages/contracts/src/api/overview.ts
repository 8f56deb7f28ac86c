import { z } from 'zod';
import { jobStates } from '../job/states.ts';
import { idSchema } from '../values/id.ts';
import { reasonSchema, timeSchema } from './common.ts';

export const attentionKinds = ['job_failed', 'job_stuck', 'job_crashing', 'node_unhealthy', 'device_unhealthy'] as const;

/** Something that does not mend itself. */
export const attentionSchema = z
  .object({
    kind: z.enum(attentionKinds),
    since: timeSchema,
    reason: reasonSchema.nullable(),
    job: z.object({ id: idSchema('job'), name: z.string() }).nullable(),
    node: z.string().nullable(),
  })
  .meta({ id: 'Attention' });

export type Attention = z.output<typeof attentionSchema>;

const share = z.number().min(0).max(1);

/** What `GET /overview` answers: is the cluster earning its money, and what needs a person? */
export const overviewSchema = z
  .object({
    nodes: z.object({ total: z.int().min(0), ready: z.int().min(0) }),
    devices: z.object({ total: z.int().min(0), free: z.int().min(0), allocated: z.int().min(0), unhealthy: z.int().min(0) }),
    busy: share.nullable().describe('Of all devices: the share of time in which they compute. Null while nobody measures.'),
    useful: share.nullable().describe("Of all devices: the share of their dense peak that models' own operations reach (MFU)."),
    jobs: z.partialRecord(z.enum(jobStates), z.int().min(0)).describe('By state; those of the project.'),
    attention: z.array(attentionSchema).describe('The newest first, 50 at most.'),
    attentionTotal: z.int().min(0),
  })
  .meta({ id: 'Overview' });

export type Overview = z.output<typeof overviewSchema>;
