import { z } from 'zod';

const containerSchema = z.strictObject({
  image: z.string().min(1).max(1024),
  command: z.array(z.string().max(65_536)).max(1000).optional(),
  preset: z.string().min(1).max(200).optional().describe('How the layout is handed to the framework inside.'),
  env: z
    .record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, { error: 'must be the name of an environment variable' }), z.string().max(65_536))
    .optional(),
});

export const nativeRuntimeSchema = z.literal('native', { error: 'must be native or { container: { image: NAME } }' });

export const containerRuntimeSchema = z.strictObject({ container: containerSchema });
