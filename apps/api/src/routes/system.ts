import { healthSchema } from '@massif/contracts';
import type { Store } from '@massif/store';
import type { Registry } from 'prom-client';
import { z } from 'zod';
import { noQuery } from '../http/schemas.ts';
import type { App, Wakeups } from './context.ts';

const answerWithinMs = 2000;

/** What probes and scrapers ask. */
export function addSystemRoutes(app: App, { store, wakeups, registry }: { store: Store; wakeups: Wakeups; registry: Registry }): void {
  const tags = ['system'];
  app.get(
    '/healthz',
    {
      config: { permission: 'public' },
      schema: { tags, summary: 'Whether this process answers', querystring: noQuery, response: { 200: healthSchema } },
    },
    async () => ({ status: 'ok' as const }),
  );

  app.get(
    '/readyz',
    {
      config: { permission: 'public' },
      schema: {
        tags,
        summary: 'Whether requests can be served',
        description: 'Needs PostgreSQL. Redis is reported, but nothing is lost without it.',
        querystring: noQuery,
        response: { 200: healthSchema, 503: healthSchema },
      },
    },
    async (_, reply) => {
      const [postgres, redis] = await Promise.all([within(store.ping()), within(wakeups.ping())]);
      const status = postgres ? 'ok' : 'unavailable';
      return reply
        .code(postgres ? 200 : 503)
        .send({ status, checks: { postgres: postgres ? 'up' : 'down', redis: redis ? 'up' : 'down' } });
    },
  );

  app.get('/openapi.json', { config: { permission: 'public' }, schema: { hide: true } }, async (_, reply) => reply.send(app.swagger()));

  app.get(
    '/metrics',
    {
      config: { permission: 'cluster:read' },
      schema: {
        tags,
        summary: 'Metrics of this process, for Prometheus',
        response: { 200: { description: 'Text of the Prometheus exposition format.', content: { 'text/plain': { schema: z.string() } } } },
      },
    },
    async (_, reply) => reply.type(registry.contentType).send(await registry.metrics()),
  );
}

/** False when the answer is an error, or too late. */
function within(answer: Promise<void>): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const timer = setTimeout(() => resolve(false), answerWithinMs);
  answer.then(
    () => resolve(true),
    () => resolve(false),
  );
  return promise.finally(() => clearTimeout(timer));
}
