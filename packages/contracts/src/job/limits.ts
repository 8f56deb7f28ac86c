import { z } from 'zod';
import type { ErrorCode } from '../errors/catalogue.ts';
import { durationSchema } from '../values/duration.ts';

export const limitsSchema = z.strictObject({
  maxDuration: durationSchema.optional().describe('Time that attempts run, after which the job fails.'),
  maxCostUsd: z.number().gt(0).max(1e12).optional(),
  maxRestarts: z
    .int()
    .min(0)
    .max(1_000_000)
    .default(10)
    .describe('How often a gang that failed is started again, from its last checkpoint.'),
});

/** Why a job that ran longer than `limits.maxDuration` has failed: the same words whoever ended it. */
export function maxDurationExceeded(maxSeconds: number): { code: ErrorCode; message: string } {
  return { code: 'max_duration_exceeded', message: `It ran longer than limits.maxDuration, ${maxSeconds} s` };
}
