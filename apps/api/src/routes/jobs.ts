import {
  attemptSchema,
  checkpointSchema,
  createJobQuerySchema,
  dryRunSchema,
  explainSchema,
  idempotencyKeySchema,
  isTerminal,
  jobListQuerySchema,
  jobSchema,
  jobSummarySchema,
  listOf,
  listQuerySchema,
} from '@massif/contracts';
import { z } from 'zod';
import { principalOf } from '../http/auth.ts';
import { textOf } from '../http/body.ts';
import { pageOf } from '../http/page.ts';
import { byId, noQuery, problems } from '../http/schemas.ts';
import { namesIn, viewAttempt, viewCheckpoint } from '../views/job.ts';
import { jobOf, scopeOf, type App, type RouteContext } from './context.ts';

const tags = ['jobs'];

/** Jobs: create, look at, cancel. Their streams are in job-streams.ts. */
export function addJobRoutes(app: App, { store, submit, views, enqueueReconcile }: RouteContext): void {
  const { job: view, summary } = views;

  app.post(
    '/jobs',
    {
      config: { permission: 'jobs:write', body: 'text' },
      schema: {
        tags,
        summary: 'Submit a job',
        description:
          'The body is a job spec as JSON or YAML. With an `Idempotency-Key`, repeating the request within 24 hours answers the first status and body. In a dry run or a plan, `upload:pending` stands for a file that will be uploaded before the job is submitted.',
        querystring: createJobQuerySchema,
        headers: z.looseObject({ 'idempotency-key': idempotencyKeySchema.optional() }),
        response: {
          200: dryRunSchema.describe('With `dryRun`: what would happen.'),
          201: jobSchema.describe('The job is in its queue.'),
          ...problems,
        },
      },
    },
    async (request, reply) => {
      const submission = { principal: principalOf(request), body: textOf(request), fileName: request.query.fileName };
      if (request.query.dryRun) return reply.code(200).send(await submit.dryRun(submission));
      const { status, body } = await submit.submit({ ...submission, idempotencyKey: request.headers['idempotency-key'] });
      return reply
        .code(status as 201)
        .header('location', `/api/v1/jobs/${body.id}`)
        .send(body);
    },
  );

  app.get(
    '/jobs',
    {
      config: { permission: 'jobs:read' },
      schema: {
        tags,
        summary: 'List jobs',
        description: 'Newest first, whole, unless it is asked otherwise. Lists for people to scroll through need `view=summary`.',
        querystring: jobListQuerySchema,
        response: { 200: listOf(z.union([jobSchema, jobSummarySchema])), ...problems },
      },
    },
    async (request) => {
      const { state, project, view: wanted, ...query } = request.query;
      // A project that is not the caller's has no jobs for him.
      if (project !== undefined && project !== principalOf(request).project) return { items: [], nextCursor: null, total: 0 };
      const asked = { ...query, ...(state === undefined ? {} : { states: state }) };
      if (wanted === 'summary') {
        const page = await store.jobs.summaries(scopeOf(request), asked);
        return { ...page, items: page.items.map(summary) };
      }
      const page = await store.jobs.list(scopeOf(request), asked);
      return { ...page, items: page.items.map(view) };
    },
  );

  app.get(
    '/jobs/:id',
    {
      config: { permission: 'jobs:read' },
      schema: { tags, summary: 'One job', params: byId, querystring: noQuery, response: { 200: jobSchema, ...problems } },
    },
    async (request) => view(await jobOf(request, store)),
  );

  app.post(
    '/jobs/:id/cancel',
    {
      config: { permission: 'jobs:write' },
      schema: {
        tags,
        summary: 'Cancel a job',
        description: 'A running job writes a checkpoint and leaves. A job that has ended stays as it is.',
        params: byId,
        querystring: noQuery,
        body: z.strictObject({}).optional(),
        response: { 202: jobSchema.describe('The job, which ends as soon as nothing of it runs any more.'), ...problems },
      },
    },
    async (request, reply) => {
      const job = await jobOf(request, store);
      const cancelled = isTerminal(job.state) ? null : await store.jobs.requestCancel(scopeOf(request), job.id);
      if (cancelled) enqueueReconcile(job.id);
      return reply.code(202).send(view(cancelled ?? (await jobOf(request, store))));
    },
  );

  app.get(
    '/jobs/:id/checkpoints',
    {
      config: { permission: 'jobs:read' },
      schema: {
        tags,
        summary: 'Committed checkpoints, newest first',
        params: byId,
        querystring: listQuerySchema,
        response: { 200: listOf(checkpointSchema), ...problems },
      },
    },
    async (request) => {
      const { id } = await jobOf(request, store);
      const page = await store.checkpoints.list(scopeOf(request), id, request.query);
      return { ...page, items: page.items.map(viewCheckpoint) };
    },
  );

  app.get(
    '/jobs/:id/attempts',
    {
      config: { permission: 'jobs:read' },
      schema: {
        tags,
        summary: 'Attempts, newest first',
        params: byId,
        querystring: listQuerySchema,
        response: { 200: listOf(attemptSchema), ...problems },
      },
    },
    async (request) => {
      const job = await jobOf(request, store);
      const [attempts, nodes] = await Promise.all([store.attempts.list(scopeOf(request), job.id), store.nodes.list()]);
      const names = namesIn(nodes);
      return pageOf(
        attempts.map((attempt) => viewAttempt(attempt, { names, job })),
        request.query,
        ({ id }) => id,
      );
    },
  );

  app.get(
    '/jobs/:id/explain',
    {
      config: { permission: 'jobs:read' },
      schema: {
        tags,
        summary: 'Why a job is where it is',
        params: byId,
        querystring: noQuery,
        response: { 200: explainSchema, ...problems },
      },
    },
    async (request) => {
      const { state, reason, plan } = view(await jobOf(request, store));
      return {
        state,
        reasons: reason ? [reason] : [],
        plan,
        explanation: [...(reason ? [reason.message] : []), ...(plan?.explanation ?? [])],
      };
    },
  );
}
