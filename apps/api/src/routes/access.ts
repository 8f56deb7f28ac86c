import { AppError, createdTokenSchema, createTokenSchema, listOf, listQuerySchema, projectSchema, tokenSchema } from '@massif/contracts';
import { z } from 'zod';
import { principalOf } from '../http/auth.ts';
import { pageOf } from '../http/page.ts';
import { byId, noQuery, problems } from '../http/schemas.ts';
import { viewToken } from '../views/cluster.ts';
import { found, scopeOf, type App, type RouteContext } from './context.ts';

/** Who may do what: projects and API tokens. */
export function addProjectRoutes(app: App, { store }: RouteContext): void {
  app.get(
    '/projects',
    {
      config: { permission: 'projects:read' },
      schema: {
        tags: ['access'],
        summary: 'Projects that the token may see',
        querystring: listQuerySchema,
        response: { 200: listOf(projectSchema), ...problems },
      },
    },
    async (request) => {
      const { projectId } = principalOf(request);
      const own = (await store.projects.list()).filter(({ id }) => id === projectId);
      return pageOf(
        own.map(({ id, name, createdAt }) => ({ id, name, createdAt: createdAt.toISOString() })),
        request.query,
        ({ id }) => id,
      );
    },
  );
}

export function addTokenRoutes(app: App, { store }: RouteContext): void {
  const tags = ['access'];
  app.post(
    '/tokens',
    {
      config: { permission: 'tokens:write' },
      schema: {
        tags,
        summary: 'Create an API token',
        description: 'The token itself is in this answer and nowhere else.',
        body: createTokenSchema,
        querystring: noQuery,
        response: { 201: createdTokenSchema, ...problems },
      },
    },
    async (request, reply) => {
      const { projectId, project: own, userId } = principalOf(request);
      const { name, role, project, expiresAt } = request.body;
      if (project !== null && project !== own)
        throw new AppError('not_found', `There is no project ${project}, or it is not yours`, { context: { path: 'project' } });
      if (expiresAt !== null && Date.parse(expiresAt) <= Date.now())
        throw new AppError('invalid_spec', 'expiresAt: must be in the future', { context: { path: 'expiresAt' } });
      const { token, row } = await store.tokens.create({
        projectId,
        name,
        role,
        ...(userId === null ? {} : { userId }),
        ...(expiresAt === null ? {} : { expiresAt: new Date(expiresAt) }),
      });
      return reply
        .code(201)
        .header('location', `/api/v1/tokens/${row.id}`)
        .header('cache-control', 'no-store')
        .send({ ...viewToken(row), token });
    },
  );

  app.get(
    '/tokens',
    {
      config: { permission: 'tokens:read' },
      schema: {
        tags,
        summary: 'API tokens of the project',
        querystring: listQuerySchema,
        response: { 200: listOf(tokenSchema), ...problems },
      },
    },
    async (request) => {
      const page = await store.tokens.list(scopeOf(request), request.query);
      return { ...page, items: page.items.map(viewToken) };
    },
  );

  app.delete(
    '/tokens/:id',
    {
      config: { permission: 'tokens:write' },
      schema: {
        tags,
        summary: 'Revoke an API token',
        params: byId,
        querystring: noQuery,
        response: { 204: z.undefined().describe('It is refused from now on.'), ...problems },
      },
    },
    async (request, reply) => {
      found(await store.tokens.revoke(scopeOf(request), request.params.id), 'token', request.params.id);
      return reply.code(204).send(undefined);
    },
  );
}
