import { z } from 'zod';

/** A catalogue model. Sizes as in its Hugging Face config. */
export const modelSchema = z
  .object({
    name: z.string(),
    aliases: z.array(z.string()),
    family: z.string(),
    parameters: z.number().describe('Computed from the sizes, without norms and biases.'),
    activeParameters: z.number().describe('Of one token: fewer than all in a mixture of experts.'),
    layers: z.int(),
    hidden: z.int(),
    heads: z.int(),
    vocabulary: z.int(),
    sequence: z.int(),
    trainable: z.boolean().describe('Whether this version trains it.'),
    source: z.string(),
  })
  .meta({ id: 'Model' });

export type Model = z.output<typeof modelSchema>;
