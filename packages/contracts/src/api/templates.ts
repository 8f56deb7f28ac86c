import { z } from 'zod';
import { reasonSchema } from './common.ts';

/** A job that can be submitted as it is, or be changed first. */
export const templateSchema = z
  .object({
    id: z.string(),
    title: z.string(),
    description: z.string(),
    spec: z.string().describe('The job spec as YAML.'),
    minutes: z.number().min(0).nullable().describe('About how long it takes on what is there now; null when that is not known.'),
    problem: reasonSchema.nullable().describe('Why it cannot run on what is there now.'),
  })
  .meta({ id: 'Template' });

export type Template = z.output<typeof templateSchema>;
