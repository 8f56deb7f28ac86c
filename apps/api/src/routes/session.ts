import { AppError, sessionSchema, type Session } from '@massif/contracts';
import { z } from 'zod';
import { permissionsOf, principalOf, type Principal } from '../http/auth.ts';
import { noQuery, problems } from '../http/schemas.ts';
import { clearSessionCookie, sessionCookieOf, setSessionCookie } from '../http/session.ts';
import { scopeOf, type App, type RouteContext } from './context.ts';

/** Sessions of browsers: a token in a cookie that no script can read. */
export function addSessionRoutes(app: App, { store, signIn, installation }: RouteContext): void {
  const tags = ['access'];
  const view = ({ tokenId, name, role, project, expiresAt }: Pick<Principal, 'tokenId' | 'name' | 'role' | 'project' | 'expiresAt'>) => ({
    token: tokenId,
    name,
    role: role as Session['role'],
    permissions: [...permissionsOf(role)],
    project,
    expiresAt: expiresAt?.toISOString() ?? null,
    ...installation,
  });

  app.get(
    '/session',
    {
      config: { permission: 'authenticated' },
      schema: { tags, summary: 'Who is asking', querystring: noQuery, response: { 200: sessionSchema, ...problems } },
    },
    async (request) => view(principalOf(request)),
  );

  app.post(
    '/session',
    {
      config: { permission: 'authenticated' },
      schema: {
        tags,
        summary: 'Sign this browser in with a token',
        description:
          'The answer sets a cookie that opens what the token does, for 7 days and no longer than the token; it takes the place of a session that the browser had. Asked with the cookie alone, nothing is made.',
        querystring: noQuery,
        body: z.strictObject({}).optional(),
        response: { 200: sessionSchema.describe('It is signed in already.'), 201: sessionSchema, ...problems },
      },
    },
    async (request, reply) => {
      const principal = principalOf(request);
      if (principal.by === 'cookie') return reply.code(200).send(view(principal));
      const { row, ...session } = await signIn.withToken(principal);
      const before = await signIn.find(sessionCookieOf(request));
      if (before) await signIn.end(before);
      setSessionCookie(request, reply, session);
      return reply
        .code(201)
        .header('location', '/api/v1/session')
        .send(view({ ...row, tokenId: row.id }));
    },
  );

  app.delete(
    '/session',
    {
      config: { permission: 'authenticated' },
      schema: {
        tags,
        summary: 'Sign this browser out',
        querystring: noQuery,
        response: { 204: z.undefined().describe('The session is over, and its cookie taken back.'), ...problems },
      },
    },
    async (request, reply) => {
      const { by, tokenId } = principalOf(request);
      if (by !== 'cookie')
        throw new AppError('conflict', 'Only sessions of browsers are ended here; DELETE /api/v1/tokens/ID revokes an API token');
      await store.tokens.revoke(scopeOf(request), tokenId);
      clearSessionCookie(request, reply);
      return reply.code(204).send(undefined);
    },
  );
}
