import { z } from 'zod';
import { idSchema } from '../values/id.ts';
import { listQuerySchema, timeSchema } from './common.ts';

/** A file that a user sent, for jobs to read. */
export const uploadSchema = z
  .object({
    id: idSchema('upload'),
    name: z.string(),
    bytes: z.int().min(0),
    sha256: z.string(),
    createdAt: timeSchema,
    reference: z.string().describe('What a job spec names it by: `upload:ID`.'),
  })
  .meta({ id: 'Upload' });

export type Upload = z.output<typeof uploadSchema>;

const nameSchema = z.string().regex(/^[^\p{C}]{1,255}$/u, { error: 'must be 1 to 255 printable characters' });

export const createUploadQuerySchema = z.strictObject({
  name: nameSchema.describe('Name of the file, for people.'),
});

/** Asks whether a file need not be sent again. */
export const uploadListQuerySchema = listQuerySchema.extend({
  name: nameSchema.describe('Name of the file.'),
  sha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/, { error: 'must be 64 hexadecimal digits in lower case' })
    .describe('SHA-256 of its content.'),
});

/**
 * In a dry run or plan: a file that will be uploaded before the job is submitted. It is not looked at; everything else is. A job
 * that is submitted with it is refused as with any upload that is not there.
 */
export const pendingUpload = 'upload:pending';
