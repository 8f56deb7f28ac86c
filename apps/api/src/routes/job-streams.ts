import {
  AppError,
  eventSchema,
  listOf,
  logLineSchema,
  logQuerySchema,
  metricPointSchema,
  metricQuerySchema,
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
import { logSeries, logTail } from '../streams/logs.ts';
import { metricPicture, metricSeries } from '../streams/metrics.ts';
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
        querystring: metricQuerySchema,
        response: { 200: listOrStream(listOf(metricPointSchema), 'metric'), ...problems },
      },
    },
    async (request, reply) => {
      const { points, from, to, ...query } = request.query;
      if (points === undefined) {
        refuse({ from, to }, 'belongs to `points`');
        return answer(request, reply, query, (job) => metricSeries({ store, job }));
      }
      refuse({ after: query.after, cursor: query.cursor }, 'is not for `points`, which are in one answer');
      if (wantsEventStream(request)) refuse({ points }, onlyLists);
      return metricPicture({ store, job: await jobOf(request, store) }, { points, from, to });
    },
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
    async (request, reply) => {
      const { rank, attempt, search, tail, before, ...query } = request.query;
      const filter = { rank, attempt, search };
      if (!tail && before === undefined) return answer(request, reply, query, (job) => logSeries({ store, job, filter }));
      refuse({ after: query.after }, 'leads forwards, `tail` and `before` backwards');
      if (wantsEventStream(request)) refuse({ tail: tail || undefined, before }, onlyLists);
      const job = await jobOf(request, store);
      const place = query.cursor === undefined ? (before ?? Number.MAX_SAFE_INTEGER) : placeOf(query.cursor);
      return logTail({ store, job, filter }, { before: place, limit: query.limit });
    },
  );
}

const onlyLists = 'is for the list, not for the stream';

/** @throws AppError `invalid_spec` when one of these was given */
function refuse(given: Record<string, unknown>, why: string): void {
  for (const [path, value] of Object.entries(given))
    if (value !== undefined) throw new AppError('invalid_spec', `${path}: ${why}`, { context: { path } });
}

/** The page after a sequence; the cursor is that sequence. */
async function list<Item>(
  series: Series<Item>,
  { after = 0, cursor, limit }: { after?: number | undefined; cursor?: string | undefined; limit: number },
): Promise<List<Item>> {
  const { items, seq, more, total } = await series.page(cursor === undefined ? after : placeOf(cursor), limit);
  return { items, nextCursor: more ? String(seq) : null, total };
}

/** @throws AppError `invalid_cursor` */
function placeOf(cursor: string): number {
  const seq = parseEventId(cursor);
  if (seq === undefined) throw invalidCursor();
  return seq;
}
