import { z } from 'zod';
import { idSchema } from '../values/id.ts';

/** A path, or the name of an upload or dataset (`upload:ID`, `dataset:NAME`). */
export const pathSchema = z.string().min(1).max(4096);

/** What is trained: exactly one of the four. */
export const modelSchema = z
  .union(
    [
      z.strictObject({ preset: z.string().min(1).max(200).describe('Name or alias of a catalogue model; random weights.') }),
      z.strictObject({ path: pathSchema.describe('Hugging Face directory; its weights are loaded.') }),
      z.strictObject({
        config: z
          .looseObject({ model_type: z.string().min(1).max(100) })
          .describe('The content of a Hugging Face config.json; random weights. Missing fields take the defaults of transformers.'),
      }),
      z.strictObject({ job: idSchema('job').describe('The model that an earlier job made.') }),
    ],
    { error: 'must have exactly one of preset, path, config and job' },
  )
  .meta({ description: 'What is trained, from where its weights come.' });
