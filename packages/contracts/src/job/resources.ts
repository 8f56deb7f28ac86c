import { z } from 'zod';
import { durationSchema } from '../values/duration.ts';
import { objectives } from './enumerations.ts';
import { pathSchema } from './model.ts';

/** A number of devices. */
export const devicesSchema = z.int().min(1).max(1_000_000);

/** `resources`, given the forms of sizes and of numbers of devices. */
export function resourcesSchema<Size extends z.ZodType, Devices extends z.ZodType>({ size, devices }: { size: Size; devices: Devices }) {
  return z.strictObject({
    devices: devices.describe('Gang size; may be omitted with a layout.'),
    deviceType: z
      .string()
      .regex(/^[A-Za-z0-9][A-Za-z0-9 ._-]{0,63}$/, { error: 'must be any, cpu, or the name of an accelerator such as h100' })
      .default('any')
      .describe('`cpu`, or the name of an accelerator such as `h100`.'),
    minDevices: devices.describe('Elastic range; both ends default to `devices`.'),
    maxDevices: devices,
    memoryPerDevice: size.optional().describe('Hard cap for the native runtime, a filter on nodes for containers.'),
    hostMemory: size.optional(),
    nvme: z.strictObject({ path: pathSchema, size }).optional(),
    spot: z.boolean().default(false).describe('May run on machines that can be taken away.'),
    threadsPerDevice: z.int().min(1).max(4096).optional().describe('Default: the cores divided by the ranks on that host, at least 1.'),
  });
}

export const objectiveSchema = z.union([z.enum(objectives), z.strictObject({ deadline: durationSchema })], {
  error: 'must be fastest, cheapest, fewestDevices or { deadline: 2h }',
});
