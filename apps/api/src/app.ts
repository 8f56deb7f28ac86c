import cookie from '@fastify/cookie';
import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import type { Store } from '@massif/store';
import fastify, { LogController, type FastifyBaseLogger } from 'fastify';
import type { Server } from 'node:http';
import { join } from 'node:path';
import { requirePermissions } from './http/auth.ts';
import { addBodyParsers } from './http/body.ts';
import { parseJson } from './http/json.ts';
import { observeRequests } from './http/observe.ts';
import { answerProtocolError, answerWithProblems, sendProblem } from './http/problems.ts';
import { ignoreRanges } from './http/ranges.ts';
import { requestIdOf } from './http/request-id.ts';
import { contentPolicies, setCommonHeaders } from './http/security.ts';
import { keepRouteTable } from './http/route-table.ts';
import { useSchemas } from './http/schemas.ts';
import { openApiSettings } from './openapi/document.ts';
import type { Planner } from './planning/pool.ts';
import type { App, RouteContext, Wakeups } from './routes/context.ts';
import { addInternalRoutes } from './routes/internal.ts';
import { addDashboard } from './routes/dashboard.ts';
import { addJobRoutes } from './routes/jobs.ts';
import { addJobStreamRoutes } from './routes/job-streams.ts';
import { addProjectRoutes, addTokenRoutes } from './routes/access.ts';
import { addClusterRoutes, addModelRoutes, addPlanRoutes } from './routes/resources.ts';
import { addOverviewRoutes } from './routes/overview.ts';
import { addSessionRoutes } from './routes/session.ts';
import { addStreamRoute } from './routes/stream.ts';
import { addSystemRoutes } from './routes/system.ts';
import { addUploadRoutes } from './routes/uploads.ts';
import { createClusterView } from './services/cluster.ts';
import { createDataPaths } from './services/data-paths.ts';
import { createSignIn } from './services/sign-in.ts';
import { createSubmitService } from './services/submit.ts';
import { createUploads, type Uploads } from './services/uploads.ts';
import { createSseStreams } from './streams/sse.ts';
import { createJobViews } from './views/job.ts';

const version = '0.1.0';

export interface ApiConfig {
  /** State of this installation; uploads are kept below it. */
  home: string;
  /** Directories that jobs may name paths in. */
  dataRoots: readonly string[];
  uploadBytesMax: number;
  /** Who opens `/?key=` with it is signed in as an administrator; default: nobody. */
  signInKey?: string | undefined;
  /** Directory of the built dashboard. Without one, or while nothing is in it, `/` leads to the documentation of the API. */
  dashboard?: string | undefined;
  /** Says that nodes and jobs are simulated. */
  demo?: boolean;
  /** Largest job spec or other JSON body. Default 1 MiB. */
  bodyBytesMax?: number;
  /** Streams that may be open at the same time. Default 2000. */
  streamsMax?: number;
  /** Compares every answer with its schema; for tests. */
  checkAnswers?: boolean;
}

export interface AppOptions {
  store: Store;
  wakeups: Wakeups;
  planner: Planner;
  config: ApiConfig;
  logger: FastifyBaseLogger;
}

const docs = '/docs';

const closeIdleEveryMs = 50;

/** Of a server that is about to close: connections that answer something now are closed afterwards, not when they time out. */
function closeConnectionsWhenIdle(server: Server): void {
  if (!server.listening) return;
  const timer = setInterval(() => server.closeIdleConnections(), closeIdleEveryMs);
  server.once('close', () => clearInterval(timer));
}

const sweepEveryMs = 3_600_000;

/** At boot, and while it runs: what a server that was killed left is not old enough yet when the next one starts. */
function sweepUploads(app: App, uploads: Uploads): void {
  const sweep = () =>
    uploads.sweep(new Date()).then(
      ({ removed }) => removed.length > 0 && app.log.info({ removed }, 'removed what was left of uploads'),
      (error: unknown) => app.log.warn({ err: error }, 'uploads cannot be swept'),
    );
  const timer = setInterval(() => void sweep(), sweepEveryMs).unref();
  app.addHook('onReady', async () => void sweep());
  app.addHook('onClose', async () => clearInterval(timer));
}

/** The whole API, composed of what it is given; it does not listen, and closes nothing of what is not its own. */
export async function buildApp({ store, wakeups, planner, config, logger }: AppOptions): Promise<App> {
  const app: App = fastify({
    loggerInstance: logger,
    genReqId: ({ headers }) => requestIdOf(headers),
    bodyLimit: config.bodyBytesMax ?? 2 ** 20,
    // An upload may take this long. Other bodies have less time, see `readBody`.
    requestTimeout: 3_600_000,
    keepAliveTimeout: 65_000,
    // Requests that come while it closes are answered as ever; `close` waits for them.
    return503OnClosing: false,
    forceCloseConnections: 'idle',
    // Each request is logged once, by `observeRequests`.
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: 'requestId' }),
    clientErrorHandler: answerProtocolError,
    frameworkErrors: (error, request, reply) => {
      setCommonHeaders(request, reply);
      sendProblem(error, request, reply);
    },
  });
  const streams = createSseStreams({ streamsMax: config.streamsMax ?? 2000 });
  const uploads = createUploads({ directory: join(config.home, 'uploads'), bytesMax: config.uploadBytesMax });
  const dataPaths = createDataPaths({
    roots: config.dataRoots,
    uploads,
    jobs: store.jobs,
    jobsDirectory: join(config.home, 'jobs'),
  });
  const cluster = createClusterView(store.nodes);
  // Nobody waits for Redis: what it is not told, the controller's sweep finds.
  const enqueueReconcile = (jobId: string) =>
    void wakeups.enqueueReconcile(jobId).catch((error: unknown) => logger.warn({ err: error, jobId }, 'the controller was not told'));
  const submit = createSubmitService({ jobs: store.jobs, queues: store.queues, cluster, planner, dataPaths, enqueueReconcile });
  const signIn = createSignIn({ tokens: store.tokens, projects: store.projects, key: config.signInKey });
  const installation = { version, demo: config.demo ?? false };
  const context: RouteContext = {
    store,
    submit,
    cluster,
    uploads,
    streams,
    views: createJobViews(dataPaths),
    onUsage: (listener) => wakeups.onUsage(listener),
    signIn,
    installation,
    enqueueReconcile,
  };

  useSchemas(app, { checkAnswers: config.checkAnswers ?? false });
  addBodyParsers(app, { parseJson });
  answerWithProblems(app);
  app.addHook('onRequest', async (request, reply) => {
    setCommonHeaders(request, reply);
    ignoreRanges(request);
  });
  await app.register(cookie);
  requirePermissions(app, { verifyToken: (token) => store.tokens.verify(token), publicPrefix: docs });
  keepRouteTable(app);
  sweepUploads(app, uploads);
  const registry = observeRequests(app, { countJobs: () => store.jobs.countByState('everyProject'), openStreams: () => streams.open });
  app.addHook('preClose', async () => {
    streams.closeAll();
    closeConnectionsWhenIdle(app.server);
  });

  await app.register(swagger, openApiSettings({ version }));
  await app.register(swaggerUi, { routePrefix: docs, uiConfig: { persistAuthorization: false }, staticCSP: contentPolicies.docs });
  await app.register(async (scope: App) => addSystemRoutes(scope, { store, wakeups, registry }));
  await app.register(async (scope: App) => await addDashboard(scope, { directory: config.dashboard, signIn, otherwise: docs }));
  await app.register(
    async (api: App) => {
      for (const add of [
        addJobRoutes,
        addJobStreamRoutes,
        addPlanRoutes,
        addClusterRoutes,
        addOverviewRoutes,
        addModelRoutes,
        addProjectRoutes,
        addTokenRoutes,
        addSessionRoutes,
        addStreamRoute,
      ])
        add(api, context);
      await api.register(async (scope: App) => addUploadRoutes(scope, context));
    },
    { prefix: '/api/v1' },
  );
  await app.register(async (scope: App) => addInternalRoutes(scope, context), { prefix: '/internal/v1' });
  await app.ready();
  return app;
}
