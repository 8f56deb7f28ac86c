import { z } from 'zod';
import { layoutSchema } from '../job/layout.ts';
import { reasonSchema } from './common.ts';

const ms = z.number().min(0);

/** Exposed milliseconds of a step, by cause; they sum to `stepTimeMs`. */
export const stepPartsSchema = z
  .object({ compute: ms, tpComm: ms, ppComm: ms, dpComm: ms, cpComm: ms, epComm: ms, bubble: ms, optimizer: ms, offload: ms, other: ms })
  .meta({ id: 'StepParts', description: 'Exposed milliseconds of a step, by cause; they sum to stepTimeMs.' });

/** A layout and what it is predicted to do. The planner adds fields of its own, such as its explanation. */
export const planSchema = z
  .looseObject({
    layout: layoutSchema,
    stepTimeMs: ms,
    memoryGiB: z.number().min(0).describe('Of the worst device.'),
    mfu: z.number().min(0).describe("Share of the dense peak that the model's own operations reach, 0 to 1."),
    hfu: z.number().min(0).describe('The same with recomputed operations counted.'),
    tokensPerSecond: z.number().min(0),
    parts: stepPartsSchema,
    costUsd: z.number().min(0).nullable().describe('Null without a price.'),
    days: z.number().min(0).nullable().describe('Null without a number of steps or tokens.'),
    devices: z.int().min(1).optional(),
    threadsPerDevice: z.int().min(1).optional(),
    memoryParts: z.record(z.string(), z.number()).optional().describe('Bytes of the worst device, by what they are for.'),
    source: z.enum(['default', 'measured']).optional().describe('Where the device rates come from.'),
    explanation: z.array(z.string()).optional(),
  })
  .meta({ id: 'Plan', description: 'A layout and what it is predicted to do.' });

export type Plan = z.output<typeof planSchema>;

/** What planning answers: ranked plans, and why the others lost. */
export const planResultSchema = z
  .object({
    plans: z.array(planSchema).describe('Best first, at most one for each (dp, tp, pp, cp, ep).'),
    rejected: z.array(z.object({ layout: layoutSchema, reason: z.string() })),
    searchMs: z.number().min(0),
  })
  .meta({ id: 'PlanResult' });

export type PlanResult = z.output<typeof planResultSchema>;

/** What `POST /jobs?dryRun=true` answers. */
export const dryRunSchema = z
  .object({
    plan: planSchema,
    reasons: z.array(reasonSchema).describe('Why it would have to wait now; empty when it would start at once.'),
  })
  .meta({ id: 'DryRun' });

export type DryRun = z.output<typeof dryRunSchema>;

/** The devices that plans count on, as `@massif/planner` takes them: for planning in a browser. One of each shape of node. */
export const planClusterSchema = z
  .object({
    nodes: z.array(
      z.object({
        id: z.string(),
        cores: z.int().min(1),
        count: z.int().min(1).describe('How many nodes are like this one.'),
        devices: z.array(
          z.object({
            id: z.string(),
            type: z.string(),
            memoryBytes: z.number().min(0),
            profile: z.record(z.string(), z.unknown()).optional(),
          }),
        ),
      }),
    ),
  })
  .meta({ id: 'PlanCluster' });

export type PlanClusterResource = z.output<typeof planClusterSchema>;
