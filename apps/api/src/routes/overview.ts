import {
  AppError,
  deviceUsageQuerySchema,
  deviceUsageSchema,
  listOf,
  listQuerySchema,
  overviewSchema,
  templateSchema,
  usageQuerySchema,
  usageSchema,
} from '@massif/contracts';
import { principalOf } from '../http/auth.ts';
import { pageOf } from '../http/page.ts';
import { byId, noQuery, problems } from '../http/schemas.ts';
import { readOverview } from '../services/overview.ts';
import { listTemplates } from '../services/templates.ts';
import { found, scopeOf, type App, type RouteContext } from './context.ts';

const dayMs = 86_400_000;
const hourMs = 3_600_000;

/** What the first pages of a dashboard ask for: how it stands, how it was used, what to begin with. */
export function addOverviewRoutes(app: App, { store, submit, cluster }: RouteContext): void {
  app.get(
    '/overview',
    {
      config: { permission: 'cluster:read' },
      schema: {
        tags: ['cluster'],
        summary: 'Whether all is well, and what needs a person',
        querystring: noQuery,
        response: { 200: overviewSchema, ...problems },
      },
    },
    (request) => readOverview({ store, cluster }, scopeOf(request)),
  );

  app.get(
    '/usage',
    {
      config: { permission: 'cluster:read' },
      schema: {
        tags: ['cluster'],
        summary: 'Use of the cluster over time',
        querystring: usageQuerySchema,
        response: { 200: usageSchema, ...problems },
      },
    },
    async ({ query }) => {
      const { times, ...columns } = await store.usage.cluster({ ...rangeOf(query, dayMs), points: query.points });
      return { ...columns, times: times.map((time) => time.toISOString()) };
    },
  );

  app.get(
    '/devices/:id/usage',
    {
      config: { permission: 'cluster:read' },
      schema: {
        tags: ['cluster'],
        summary: 'Use of one device over time',
        params: byId,
        querystring: deviceUsageQuerySchema,
        response: { 200: deviceUsageSchema, ...problems },
      },
    },
    async ({ params: { id }, query }) => {
      const { times, busy, memoryBytes } = found(await store.usage.device(id, rangeOf(query, hourMs)), 'device', id);
      return { device: id, times: times.map((time) => time.toISOString()), busy, memoryBytes };
    },
  );

  app.get(
    '/templates',
    {
      config: { permission: 'models:read' },
      schema: {
        tags: ['jobs'],
        summary: 'Job specs to begin from',
        querystring: listQuerySchema,
        response: { 200: listOf(templateSchema), ...problems },
      },
    },
    async (request) => pageOf(await listTemplates(submit, principalOf(request)), request.query, ({ id }) => id),
  );
}

/** @throws AppError `invalid_spec` for a range that ends before it begins, or that begins before time was counted */
function rangeOf({ from, to }: { from?: string | undefined; to?: string | undefined }, defaultMs: number): { from: Date; to: Date } {
  const end = to === undefined ? new Date() : new Date(to);
  const begin = from === undefined ? new Date(end.getTime() - defaultMs) : new Date(from);
  if (begin >= end) throw new AppError('invalid_spec', 'from: must be before `to`', { context: { path: 'from' } });
  if (begin.getTime() < 0) {
    const path = from === undefined ? 'to' : 'from';
    throw new AppError('invalid_spec', `${path}: nothing was measured before 1970`, { context: { path } });
  }
  return { from: begin, to: end };
}
