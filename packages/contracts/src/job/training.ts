import { z } from 'zod';
import { learningRateSchedules, optimizerNames, precisions } from './enumerations.ts';

/** Steps are counted in 32-bit columns. */
export const stepsMax = 1_000_000_000;

const share = z.number().min(0).lt(1);

const optimizerSchema = z.strictObject({
  name: z.enum(optimizerNames).default('adamw'),
  learningRate: z.number().min(0).max(1e6).describe('Peak of the schedule.'),
  betas: z.tuple([share, share]).default([0.9, 0.95]),
  eps: z.number().min(0).max(1).default(1e-8),
  weightDecay: z
    .number()
    .min(0)
    .max(1e6)
    .default(0.1)
    .describe('Decoupled, times the learning rate, on every parameter of two or more dimensions.'),
  momentum: share.optional().describe('Of sgd and muon.'),
});

const scheduleSchema = z.strictObject({
  name: z.enum(learningRateSchedules).default('constant'),
  warmupSteps: z.int().min(0).max(stepsMax).default(0).describe('Steps in which the learning rate rises to its peak.'),
  minRatio: z.number().min(0).max(1).default(0).describe('Final learning rate as a share of the peak.'),
});

const evaluateSchema = z.strictObject({
  every: z.int().min(1).max(stepsMax).default(100).describe('Steps between evaluations; there is one at the end too.'),
  fraction: z.number().gt(0).lt(1).default(0.02).describe('The last part of the data, never trained on.'),
});

/** Evaluation as users write it: an object, or `off`. */
export const evaluateWireSchema = z
  .union([evaluateSchema, z.literal(['off', false, null])], { error: 'must be an object such as { every: 50, fraction: 0.02 }, or off' })
  .transform((value) => (typeof value === 'object' && value !== null ? value : undefined));

/** Evaluation in a normalised spec: absent when off. */
export const evaluateNormalisedSchema = evaluateSchema;

/** `training`, given the form of `evaluate`. That exactly one of steps, tokens and epochs is given is a rule of its own. */
export function trainingSchema<Evaluate extends z.ZodType>(evaluate: Evaluate) {
  return z.strictObject({
    steps: z.int().min(1).max(stepsMax).optional().describe('Exactly one of steps, tokens and epochs.'),
    tokens: z.int().min(1).optional().describe('steps = ceil(tokens / (globalBatch x sequence)).'),
    epochs: z.number().gt(0).max(1e6).optional().describe('Times that the data are seen; may be a fraction.'),
    globalBatch: z
      .int()
      .min(1)
      .max(2 ** 24)
      .describe('Samples per optimizer step.'),
    sequence: z
      .int()
      .min(1)
      .max(2 ** 24)
      .describe('Tokens per sample.'),
    precision: z.enum(precisions).default('fp32'),
    optimizer: optimizerSchema,
    schedule: scheduleSchema.prefault({}),
    gradientClip: z.number().min(0).max(1e9).default(1).describe('Largest global norm of the gradients; 0 is off.'),
    dropout: share.default(0),
    seed: z.int().min(0).default(1).describe('Of the weights and of the order of samples.'),
    evaluate: evaluate.optional(),
    checkpoint: z
      .strictObject({
        every: z.int().min(1).max(stepsMax).default(100).describe('Steps between checkpoints.'),
        keep: z.int().min(1).max(1_000_000).default(3).describe('The last so many stay.'),
      })
      .prefault({}),
  });
}
