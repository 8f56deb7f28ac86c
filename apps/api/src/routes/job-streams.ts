import {
  AppError,
  eventSchema,
  listOf,
  logLineSchema,
  logQuerySchema,
  metricPointSchema,
  parseEventId,
  seriesQuerySchema,
  type List,
} from '@massif/contracts';
import type * as store from '@massif/store';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { invalidCursor } from '../http/page.ts';
import { byId, listOrStream, problems } from '../http/schemas.ts';
import { eventSeries } from '../streams/events.ts';
import { followJob } from '../streams/follow.ts';
import { logSeries } from '../streams/logs.ts';
import { metricSeries } from '../streams/metrics.ts';
import type { Series } from '../streams/series.ts';
import { wantsEventStream } from '../streams/sse.ts';
import { jobOf, type App, type RouteContext } from './context.ts';

const tags = ['streams'];
const resumeHeaders = z.looseObject({
  'last-event-id': z.string().optional().describe('Of a stream: id of the last event that was seen.'),
});

/** Events, metrics and logs of a job: as a list, or as a stream to whoever asks with `Accept: text/event-stream`. */
export function addJobStreamRoutes(app: App, { store, streams }: RouteContext): void {
  const answer = async <Item>(
    request: FastifyRequest<{ Params: { id: string } }>,
    reply: FastifyReply,
    query: { after?: number | undefined; cursor?: string | undefined; limit: number },
    series: (job: store.Job) => Series<Item>,
  ) => {
    const job = await jobOf(request, store);
    if (!wantsEventStream(request)) return list(series(job), query);
    const given = request.headers['last-event-id'];
    const after = given === undefined || given === '' ? query.after : parseEventId(String(given));
    if (given && after === undefined)
      throw new AppError('invalid_spec', 'Last-Event-ID must be the id of an event of this stream', { context: { path: 'Last-Event-ID' } });
    return streams.send(request, reply, (signal) =>
      followJob({
        listener: store.listener,
        job,
        after: after ?? 0,
        series: series(job),
        state: () => store.jobs.get({ projectId: job.projectId }, job.id),
        signal,
      }),
    );
  };

  app.get(
    '/jobs/:id/events',
    {
      config: { permission: 'jobs:read' },
      schema: {
        tags,
        summary: 'What happened to a job',
        params: byId,
        headers: resumeHeaders,
        querystring: seriesQuerySchema,
        response: { 200: listOrStream(listOf(eventSchema), 'event'), ...problems },
      },
    },
    (request, reply) => answer(request, reply, request.query, (job) => eventSeries({ store, job })),
  );

  app.get(
    '/jobs/:id/metrics',
    {
      config: { permission: 'jobs:read' },
      schema: {
        tags,
        summary: 'Loss and speed by step',
        description:
          'A point that comes again replaces the one before: an evaluation followed it, or another attempt went over the step once more.',
        params: byId,
        headers: resumeHeaders,
        querystring: seriesQuerySchema,
        response: { 200: listOrStream(listOf(metricPointSchema), 'metric'), ...problems },
      },
    },
    (request, reply) => answer(request, reply, request.query, (job) => metricSeries({ store, job })),
  );

  app.get(
    '/jobs/:id/logs',
    {
      config: { permission: 'jobs:read' },
      schema: {
        tags,
        summary: 'What the ranks and the supervisor printed',
        params: byId,
        headers: resumeHeaders,
        querystring: logQuerySchema,
        response: { 200: listOrStream(listOf(logLineSchema), 'log'), ...problems },
      },
    },
    (request, reply) => {
      const { rank, attempt, search } = request.query;
      return answer(request, reply, request.query, (job) => logSeries({ store, job, filter: { rank, attempt, search } }));
    },
  );
}

/** The page after a sequence; the cursor is that sequence. */
async function list<Item>(
  series: Series<Item>,
  { after = 0, cursor, limit }: { after?: number | undefined; cursor?: string | undefined; limit: number },
): Promise<List<Item>> {
  const from = cursor === undefined ? after : parseEventId(cursor);
  if (from === undefined) throw invalidCursor();
  const { items, seq, more, total } = await series.page(from, limit);
  return { items, nextCursor: more ? String(seq) : null, total };
}
