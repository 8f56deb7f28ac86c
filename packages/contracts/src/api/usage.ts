import { z } from 'zod';
import { idSchema } from '../values/id.ts';
import { timeSchema } from './common.ts';

const column = z.array(z.number().min(0).nullable());

export const usageQuerySchema = z.strictObject({
  from: timeSchema.optional().describe('Default: 24 hours before `to`.'),
  to: timeSchema.optional().describe('Default: now.'),
  points: z.coerce.number().int().min(2).max(2000).default(288).describe('How many points to average into.'),
});

export const deviceUsageQuerySchema = z.strictObject({
  from: timeSchema.optional().describe('Default: an hour before `to`.'),
  to: timeSchema.optional().describe('Default: now.'),
});

export type UsageQuery = z.output<typeof usageQuerySchema>;

/** Use of the whole cluster over time, by column: one value for each time, null where nothing was measured. */
export const usageSchema = z
  .object({
    times: z.array(timeSchema).describe('Beginning of each point, at equal distances.'),
    devices: column.describe('Devices that existed.'),
    allocated: column.describe('Devices held by jobs.'),
    busy: column.describe('Devices that computed: the sum over devices of the share of time.'),
    useful: column.describe('The same weighted with MFU.'),
    queued: column.describe('Jobs that waited for devices.'),
    running: column.describe('Jobs that ran.'),
  })
  .meta({ id: 'Usage' });

export type Usage = z.output<typeof usageSchema>;

/** Use of one device, the last hour by default. */
export const deviceUsageSchema = z
  .object({
    device: idSchema('device'),
    times: z.array(timeSchema),
    busy: column.describe('Share of time, 0 to 1.'),
    memoryBytes: column,
  })
  .meta({ id: 'DeviceUsage' });

export type DeviceUsage = z.output<typeof deviceUsageSchema>;
