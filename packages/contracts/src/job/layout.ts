import { z } from 'zod';
import { contextParallelKinds, offloadTiers, pipelineSchedules, recomputeModes } from './enumerations.ts';

const axis = z.int().min(1).max(1_000_000).default(1);

const offloadedSchema = z.strictObject({ tier: z.enum(offloadTiers), ratio: z.number().min(0).max(1).default(1) }).optional();

/** How a job is spread over devices, every field filled in. */
export const layoutSchema = z
  .strictObject({
    dp: axis.describe('Data-parallel replicas.'),
    tp: axis.describe('Tensor-parallel ranks.'),
    pp: axis.describe('Pipeline stages.'),
    cp: axis.describe('Context-parallel ranks.'),
    ep: axis.describe('Expert-parallel ranks.'),
    zero: z.int().min(0).max(3).default(0).describe('ZeRO stage: 1 shards optimizer state, 2 gradients too, 3 parameters too.'),
    interleave: axis.describe('Model chunks per stage; above 1 is interleaved 1F1B.'),
    microBatch: axis.describe('Samples per micro-step of a replica.'),
    schedule: z.enum(pipelineSchedules).default('1f1b'),
    sequenceParallel: z.boolean().default(false),
    recompute: z.enum(recomputeModes).default('none'),
    contextParallel: z.enum(contextParallelKinds).optional().describe('How cp exchanges keys and values.'),
    offload: z
      .strictObject({ optimizer: offloadedSchema, gradients: offloadedSchema, parameters: offloadedSchema, activations: offloadedSchema })
      .optional(),
  })
  .meta({ description: 'How a job is spread over devices.' });

export type Layout = z.output<typeof layoutSchema>;
export type LayoutInput = z.input<typeof layoutSchema>;

/** `layout` of a spec: a layout, or `auto` for the planner's choice. */
export const layoutChoiceSchema = z.union([z.literal('auto'), layoutSchema], {
  error: 'must be auto or a layout such as { dp: 2, microBatch: 1 }',
});

/** A layout with every default: one device. */
export const singleDeviceLayout: Readonly<Layout> = layoutSchema.parse({});

/** Devices that a layout takes: dp x tp x pp x cp. */
export function layoutDevices({ dp, tp, pp, cp }: Pick<Layout, 'dp' | 'tp' | 'pp' | 'cp'>): number {
  return dp * tp * pp * cp;
}
