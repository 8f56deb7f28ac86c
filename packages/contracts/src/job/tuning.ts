import { z } from 'zod';
import { adapters, basePrecisions, servePrecisions, tuningObjectives } from './enumerations.ts';

/** `method` of a finetune job. */
export const methodSchema = z.strictObject({
  objective: z.enum(tuningObjectives).default('sft'),
  adapter: z.enum(adapters).default('lora'),
  rank: z.int().min(1).max(65_536).default(16),
  alpha: z.number().gt(0).max(1e6).default(32),
  targets: z.array(z.string().min(1).max(200)).min(1).max(1000).optional(),
  base: z.enum(basePrecisions).default('fp32'),
});

const replicas = z.int().min(0).max(1_000_000);

/** `serve` of a deploy job. */
export const serveSchema = z.strictObject({
  replicas: z.strictObject({ min: replicas.default(1), max: replicas.min(1).default(1) }).prefault({}),
  precision: z.enum(servePrecisions).optional().describe('Default: that of the weights.'),
  maxConcurrent: z.int().min(1).max(1_000_000).default(64),
  goal: z
    .strictObject({ timeToFirstTokenMs: z.number().gt(0).max(1e9).optional(), timePerTokenMs: z.number().gt(0).max(1e9).optional() })
    .optional(),
});
