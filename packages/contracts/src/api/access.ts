import { z } from 'zod';
import { shortNameSchema } from '../job/names.ts';
import { idSchema } from '../values/id.ts';
import { timeSchema } from './common.ts';

/** What a token may do; every route declares the one it needs. */
export const permissions = [
  'jobs:read',
  'jobs:write',
  'plans:write',
  'cluster:read',
  'cluster:write',
  'models:read',
  'tokens:read',
  'tokens:write',
  'projects:read',
  'projects:write',
] as const;

export type Permission = (typeof permissions)[number];

/** Roles and what they permit. */
export const rolePermissions = {
  admin: permissions,
  member: ['jobs:read', 'jobs:write', 'plans:write', 'cluster:read', 'models:read', 'projects:read'],
  viewer: ['jobs:read', 'cluster:read', 'models:read', 'projects:read'],
} as const satisfies Record<string, readonly Permission[]>;

export type Role = keyof typeof rolePermissions;

export const roles = Object.keys(rolePermissions) as [Role, ...Role[]];

export const projectSchema = z.object({ id: idSchema('project'), name: z.string(), createdAt: timeSchema }).meta({ id: 'Project' });

export type Project = z.output<typeof projectSchema>;

export const queueSchema = z
  .object({ id: idSchema('queue'), name: z.string(), project: z.string().nullable(), waiting: z.int().min(0), running: z.int().min(0) })
  .meta({ id: 'Queue' });

export type Queue = z.output<typeof queueSchema>;

/** A token without its secret, which is shown once, when it is made. */
export const tokenSchema = z
  .object({
    id: idSchema('token'),
    name: z.string(),
    role: z.enum(roles),
    project: z.string().describe('What it opens; nothing of other projects.'),
    createdAt: timeSchema,
    expiresAt: timeSchema.nullable(),
    lastUsedAt: timeSchema.nullable(),
    session: z.boolean().describe('Whether it is that of a browser that signed in.'),
  })
  .meta({ id: 'Token' });

export type Token = z.output<typeof tokenSchema>;

export const createTokenSchema = z
  .strictObject({
    name: z
      .string()
      .regex(/^[^\p{C}]{1,100}$/u, { error: 'must be 1 to 100 printable characters' })
      .default('token'),
    role: z.enum(roles).default('member'),
    project: shortNameSchema.nullable().default(null).describe('Null: that of the token with which it is asked for.'),
    expiresAt: timeSchema.nullable().default(null),
  })
  .meta({ id: 'CreateToken' });

export type CreateToken = z.output<typeof createTokenSchema>;

/** The answer to a created token: the only time that the secret is shown. */
export const createdTokenSchema = tokenSchema.extend({ token: z.string() }).meta({ id: 'CreatedToken' });

export type CreatedToken = z.output<typeof createdTokenSchema>;

/** `/healthz` and `/readyz`. */
export const healthSchema = z
  .object({ status: z.enum(['ok', 'unavailable']), checks: z.record(z.string(), z.string()).optional() })
  .meta({ id: 'Health' });
