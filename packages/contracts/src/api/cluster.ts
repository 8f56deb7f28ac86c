import { z } from 'zod';
import { idSchema } from '../values/id.ts';
import { timeSchema } from './common.ts';

export const nodeStates = ['ready', 'cordoned', 'unhealthy'] as const;
export const deviceStates = ['free', 'allocated', 'unhealthy'] as const;

export type NodeState = (typeof nodeStates)[number];
export type DeviceState = (typeof deviceStates)[number];

export const deviceSchema = z
  .object({
    id: idSchema('device'),
    node: z.string(),
    index: z.int().min(0),
    type: z.string(),
    memoryBytes: z.number().min(0),
    state: z.enum(deviceStates),
    job: idSchema('job').nullable().describe('The job that holds it.'),
  })
  .meta({ id: 'Device' });

export type Device = z.output<typeof deviceSchema>;

export const nodeSchema = z
  .object({
    id: idSchema('node'),
    name: z.string(),
    rack: z.string().nullable().describe('Where it stands, when that is known.'),
    state: z.enum(nodeStates),
    cores: z.int().min(1),
    memoryBytes: z.number().min(0),
    devices: z.array(deviceSchema),
    heartbeatAt: timeSchema.nullable(),
    calibratedAt: timeSchema.nullable().describe('When its devices were measured; null until then.'),
  })
  .meta({ id: 'Node' });

export type Node = z.output<typeof nodeSchema>;
