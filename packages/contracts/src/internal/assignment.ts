/** What a controller hands to the supervisor of an attempt, in the file that is its only argument. */
import { z } from 'zod';
import { planSchema } from '../api/plan.ts';
import { layoutSchema } from '../job/layout.ts';
import { jobSpecSchema } from '../job/schema.ts';
import { idSchema } from '../values/id.ts';

export const assignmentSchema = z.object({
  jobId: idSchema('job'),
  attemptId: idSchema('attempt'),
  /** 1 for the job's first attempt. */
  attempt: z.int().min(1),
  /** Fencing token: whoever holds an old one is refused everywhere. */
  token: z.string().min(1),
  /** Base address of the API. */
  apiUrl: z.url(),
  spec: jobSpecSchema,
  layout: layoutSchema,
  /** Ranks of the gang. */
  ranks: z.int().min(1),
  threadsPerDevice: z.int().min(1),
  /** What its plan promises. */
  planned: planSchema.pick({ stepTimeMs: true, memoryGiB: true, memoryParts: true }).optional(),
  /** Directory of the committed checkpoint to go on from; null: from the beginning. */
  resumeFrom: z.string().min(1).nullable(),
});

export type Assignment = z.output<typeof assignmentSchema>;

/** The same with what the backend adds: absolute directories, of the installation, of the job over all its attempts, of this attempt. */
export const supervisorFileSchema = assignmentSchema.extend({
  directories: z.object({ home: z.string().min(1), job: z.string().min(1), attempt: z.string().min(1) }),
});

export type SupervisorFile = z.output<typeof supervisorFileSchema>;
