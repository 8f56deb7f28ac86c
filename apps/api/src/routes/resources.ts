import {
  AppError,
  deviceSchema,
  listOf,
  listQuerySchema,
  modelSchema,
  nodeSchema,
  planClusterSchema,
  planResultSchema,
  queueSchema,
} from '@massif/contracts';
import { findModel, models, toModelResource } from '@massif/catalog';
import { z } from 'zod';
import { principalOf } from '../http/auth.ts';
import { textOf } from '../http/body.ts';
import { pageOf } from '../http/page.ts';
import { byId, noQuery, problems } from '../http/schemas.ts';
import { planShapes } from '../services/cluster.ts';
import { viewDevice, viewNode } from '../views/cluster.ts';
import { found, scopeOf, type App, type RouteContext } from './context.ts';

export function addPlanRoutes(app: App, { submit, cluster }: RouteContext): void {
  app.get(
    '/plans/cluster',
    {
      config: { permission: 'cluster:read' },
      schema: {
        tags: ['plans'],
        summary: 'The devices that plans count on',
        description: 'For planning elsewhere: one node of each shape, with its measured profiles, and how many nodes are like it.',
        querystring: noQuery,
        response: { 200: planClusterSchema, ...problems },
      },
    },
    async () => planShapes(await cluster.list()),
  );

  app.post(
    '/plans',
    {
      config: { permission: 'plans:write', body: 'text' },
      schema: {
        tags: ['plans'],
        summary: 'Plan a job',
        description: 'The body is a job spec as JSON or YAML. Nothing is kept.',
        querystring: z.strictObject({ fileName: z.string().max(255).optional() }),
        response: { 200: planResultSchema, ...problems },
      },
    },
    (request) => submit.plan({ principal: principalOf(request), body: textOf(request), fileName: request.query.fileName }),
  );
}

export function addClusterRoutes(app: App, { store }: RouteContext): void {
  app.get(
    '/nodes',
    {
      config: { permission: 'cluster:read' },
      schema: {
        tags: ['cluster'],
        summary: 'Nodes and their devices',
        querystring: listQuerySchema,
        response: { 200: listOf(nodeSchema), ...problems },
      },
    },
    async (request) => pageOf((await store.nodes.list()).map(viewNode), request.query, ({ id }) => id),
  );

  app.get(
    '/nodes/:id',
    {
      config: { permission: 'cluster:read' },
      schema: {
        tags: ['cluster'],
        summary: 'One node, by id or name',
        params: byId,
        querystring: noQuery,
        response: { 200: nodeSchema, ...problems },
      },
    },
    async (request) => viewNode(found(await store.nodes.get(request.params.id), 'node', request.params.id)),
  );

  app.get(
    '/devices',
    {
      config: { permission: 'cluster:read' },
      schema: {
        tags: ['cluster'],
        summary: 'Devices of all nodes',
        querystring: listQuerySchema,
        response: { 200: listOf(deviceSchema), ...problems },
      },
    },
    async (request) => {
      const nodes = await store.nodes.list();
      return pageOf(
        nodes.flatMap((node) => node.devices.map((device) => viewDevice(device, node))),
        request.query,
        ({ id }) => id,
      );
    },
  );

  app.get(
    '/queues',
    {
      config: { permission: 'jobs:read' },
      schema: {
        tags: ['cluster'],
        summary: 'Queues of the project',
        querystring: listQuerySchema,
        response: { 200: listOf(queueSchema), ...problems },
      },
    },
    async (request) => {
      const { project } = principalOf(request);
      const queues = await store.queues.list(scopeOf(request));
      return pageOf(
        queues.map(({ id, name, activeJobs, waitingJobs }) => ({
          id,
          name,
          project,
          waiting: waitingJobs,
          running: activeJobs - waitingJobs,
        })),
        request.query,
        ({ id }) => id,
      );
    },
  );
}

export function addModelRoutes(app: App): void {
  const all = models.map(toModelResource);
  app.get(
    '/models',
    {
      config: { permission: 'models:read' },
      schema: {
        tags: ['models'],
        summary: 'Models of the catalogue',
        querystring: listQuerySchema,
        response: { 200: listOf(modelSchema), ...problems },
      },
    },
    async (request) => pageOf(all, request.query, ({ name }) => name),
  );

  app.get(
    '/models/:id',
    {
      config: { permission: 'models:read' },
      schema: {
        tags: ['models'],
        summary: 'One model, by name or alias',
        params: byId,
        querystring: noQuery,
        response: { 200: modelSchema, ...problems },
      },
    },
    async (request) => {
      try {
        return toModelResource(findModel(request.params.id));
      } catch (error) {
        // As an address it is simply not there.
        if (error instanceof AppError && error.code === 'model_not_found') throw new AppError('not_found', error.message);
        throw error;
      }
    },
  );
}
