import { z } from 'zod';
import { idSchema } from '../values/id.ts';
import { permissions, roles } from './access.ts';
import { timeSchema } from './common.ts';

/** Who is asking, by whichever way he is known: a bearer token, or the cookie of a browser that signed in. */
export const sessionSchema = z
  .object({
    token: idSchema('token').describe('The token behind it; to revoke it is to sign out.'),
    name: z.string(),
    role: z.enum(roles),
    permissions: z.array(z.enum(permissions)),
    project: z.string(),
    expiresAt: timeSchema.nullable(),
    version: z.string().describe('Of this control plane.'),
    demo: z.boolean().describe('Whether nodes and jobs are simulated.'),
  })
  .meta({ id: 'Session' });

export type Session = z.output<typeof sessionSchema>;
