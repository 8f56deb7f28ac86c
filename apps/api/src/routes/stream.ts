import { AppError, formatLiveTopic, liveQuerySchema, type LiveTopic, type Permission } from '@massif/contracts';
import type { Job } from '@massif/store';
import { z } from 'zod';
import { permissionsOf, principalOf } from '../http/auth.ts';
import { problems } from '../http/schemas.ts';
import { readOverview } from '../services/overview.ts';
import { devicesPicture } from '../streams/live/devices.ts';
import { createFeed, type Feed } from '../streams/live/feed.ts';
import { jobFrames, seriesFrames } from '../streams/live/job.ts';
import { jobsPicture } from '../streams/live/jobs.ts';
import { merge } from '../streams/live/merge.ts';
import { overviewPicture } from '../streams/live/overview.ts';
import type { SseFrame } from '../streams/sse.ts';
import { scopeOf, type App, type RouteContext } from './context.ts';

const permissionsFor: Record<LiveTopic['kind'], readonly Permission[]> = {
  overview: ['cluster:read', 'jobs:read'],
  jobs: ['jobs:read'],
  devices: ['cluster:read'],
  job: ['jobs:read'],
  events: ['jobs:read'],
  metrics: ['jobs:read'],
  logs: ['jobs:read'],
};

/** One connection for all that a dashboard shows. What many look at is looked at once. */
export function addStreamRoute(app: App, { store, streams, cluster, views, onUsage }: RouteContext): void {
  const devices = createFeed((lookNow) => devicesPicture({ nodes: () => cluster.list(), onUsage, lookNow }), { everyMs: 2000 });
  const overviews = new Map<string, Feed>();
  const jobLists = new Map<string, Feed>();
  /** The feed of a project. */
  const feedOf = (feeds: Map<string, Feed>, projectId: string, make: () => Feed) => {
    const feed = feeds.get(projectId) ?? make();
    feeds.set(projectId, feed);
    return feed;
  };

  app.get(
    '/stream',
    {
      config: { permission: 'authenticated' },
      // A look without a body would have no end.
      exposeHeadRoute: false,
      schema: {
        tags: ['streams'],
        summary: 'Everything that a dashboard shows, as it changes',
        description:
          'Server-sent events of several topics over one connection; the frames are those of `live.ts` in the contracts. A topic of a job that is not there, or not yours, says nothing. It ends soon after the token is revoked or over.',
        querystring: liveQuerySchema,
        response: {
          200: { description: 'Frames, named after their topics.', content: { 'text/event-stream': { schema: z.string() } } },
          ...problems,
        },
      },
    },
    async (request, reply) => {
      const { role } = principalOf(request);
      const scope = scopeOf(request);
      const topics = [...new Map(request.query.topics.map((topic) => [formatLiveTopic(topic), topic])).values()];
      const missing = topics.flatMap(({ kind }) => permissionsFor[kind]).find((permission) => !permissionsOf(role).includes(permission));
      if (missing !== undefined)
        throw new AppError('forbidden', `This needs the permission ${missing}, which a token of role ${role} does not have`, {
          context: { permission: missing },
        });
      const ids = [...new Set(topics.flatMap((topic) => ('job' in topic ? [topic.job] : [])))];
      const jobs = new Map<string, Job | null>();
      for (const id of ids) jobs.set(id, await store.jobs.get(scope, id));

      const framesOf = (topic: LiveTopic, signal: AbortSignal): AsyncGenerator<SseFrame[]>[] => {
        if (topic.kind === 'devices') return [devices.follow(signal)];
        if (topic.kind === 'overview') {
          const open = () => createFeed(() => overviewPicture(() => readOverview({ store, cluster }, scope)), { everyMs: 2000 });
          return [feedOf(overviews, scope.projectId, open).follow(signal)];
        }
        if (topic.kind === 'jobs') {
          const open = () => createFeed(() => jobsPicture({ store, scope, view: views.summary }), { everyMs: 1000 });
          return [feedOf(jobLists, scope.projectId, open).follow(signal)];
        }
        const job = jobs.get(topic.job) ?? null;
        if (job === null) return [];
        return [topic.kind === 'job' ? jobFrames({ store, job, signal }, views.job) : seriesFrames({ store, job, signal }, topic)];
      };
      return streams.send(request, reply, (signal) =>
        merge(
          topics.flatMap((topic) => framesOf(topic, signal)),
          signal,
        ),
      );
    },
  );
}
