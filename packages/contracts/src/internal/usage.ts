/** What a controller measures of its devices once a second, and whoever shows it reads. Best effort: a frame may be lost. */
import { z } from 'zod';
import { timeSchema } from '../api/common.ts';

export const usageFrameSchema = z.object({
  time: timeSchema,
  nodes: z.array(
    z.object({
      name: z.string(),
      /** By index of the device: share of time in which it computed, 0 to 1; null where nobody knows. */
      busy: z.array(z.number().min(0).max(1).nullable()),
      memoryBytes: z.array(z.number().min(0).nullable()),
    }),
  ),
});

export type UsageFrame = z.output<typeof usageFrameSchema>;
