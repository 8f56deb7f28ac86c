import { z } from 'zod';

/** RFC 3339, UTC. */
export const timeSchema = z.iso.datetime().meta({ examples: ['2026-01-31T12:34:56.789Z'] });

/** Why something is as it is: a code to branch on, a sentence to read, facts. */
export const reasonSchema = z
  .looseObject({ code: z.string(), message: z.string() })
  .meta({ id: 'Reason', description: 'Why something is as it is: a code for programs, a sentence for people, facts beside them.' });

export type Reason = z.output<typeof reasonSchema>;

export const listLimitMax = 200;
export const listLimitDefault = 50;

/** Query of every list. */
export const listQuerySchema = z.strictObject({
  cursor: z.string().min(1).max(2048).optional().describe('`nextCursor` of the page before.'),
  limit: z.coerce.number().int().min(1).max(listLimitMax).default(listLimitDefault),
});

export type ListQuery = z.output<typeof listQuerySchema>;

/** The envelope of every list. */
export function listOf<Item extends z.ZodType>(item: Item) {
  return z.object({
    items: z.array(item),
    nextCursor: z.string().nullable().describe('Pass as `cursor` for the next page; null on the last one.'),
    total: z.int().min(0).describe('Items over all pages.'),
  });
}

export interface List<Item> {
  items: Item[];
  nextCursor: string | null;
  total: number;
}
