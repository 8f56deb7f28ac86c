import { z } from 'zod';
import { jsonlForms } from './enumerations.ts';
import { pathSchema } from './model.ts';

/** What a job learns from: exactly one of the five. */
export const dataSchema = z
  .union(
    [
      z.strictObject({ text: z.array(pathSchema).min(1).max(10_000).describe('Text files, read one after the other.') }),
      z.strictObject({ package: z.string().min(1).max(214).describe('A data package that the catalogue knows.') }),
      z.strictObject({ jsonl: pathSchema, form: z.enum(jsonlForms).default('auto') }),
      z.strictObject({ images: pathSchema.describe('Directory or package.') }),
      z.strictObject({
        tokens: pathSchema.describe(
          'JSON file of rows of sequence + 1 token ids, taken in file order and wrapping around: sample j of step s is row (s x globalBatch + j) mod rows. No row is held back for evaluation.',
        ),
      }),
    ],
    { error: 'must have exactly one of text, package, jsonl, images and tokens' },
  )
  .meta({ description: 'What the job learns from.' });
