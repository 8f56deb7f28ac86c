import type { FastifyInstance } from 'fastify';
import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';

export interface MetricSources {
  /** Jobs by state; asked at each scrape. */
  countJobs(): Promise<Record<string, number>>;
  openStreams(): number;
}

/** Measures every request and logs it once; a registry of its own, so that several apps in one process do not meet. */
export function observeRequests(app: FastifyInstance, { countJobs, openStreams }: MetricSources): Registry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry, prefix: 'massif_api_' });
  const durations = new Histogram({
    name: 'massif_api_request_duration_seconds',
    help: 'Time to the end of the answer, streams apart.',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers: [registry],
  });
  const streams = new Counter({
    name: 'massif_api_streams_total',
    help: 'Streams that have ended.',
    labelNames: ['route'],
    registers: [registry],
  });
  const jobs: Gauge = new Gauge({
    name: 'massif_jobs',
    help: 'Jobs by state.',
    labelNames: ['state'],
    registers: [registry],
    async collect() {
      // A scrape while the database is away still says everything else.
      const counts = await countJobs().catch(() => undefined);
      jobs.reset();
      for (const [state, count] of Object.entries(counts ?? {})) jobs.set({ state }, count);
    },
  });
  const open: Gauge = new Gauge({
    name: 'massif_api_streams_open',
    help: 'Streams that are open.',
    registers: [registry],
    collect: () => open.set(openStreams()),
  });

  app.addHook('onResponse', async (request, reply) => {
    const route = request.routeOptions.url ?? 'none';
    const durationMs = reply.elapsedTime;
    if (String(reply.getHeader('content-type')).startsWith('text/event-stream')) streams.inc({ route });
    else durations.observe({ method: request.method, route, status: reply.statusCode }, durationMs / 1000);
    const level = isRoutine(request.method, route, reply.statusCode) ? 'debug' : 'info';
    request.log[level](
      {
        method: request.method,
        route,
        status: reply.statusCode,
        durationMs: Math.round(durationMs * 10) / 10,
        tokenId: request.principal?.tokenId,
      },
      'request',
    );
  });
  return registry;
}

/** What programs ask twice a second, for days, and was answered: nobody reads of it, and it would fill the log. */
function isRoutine(method: string, route: string, status: number): boolean {
  if (route === '/readyz' || route.startsWith('/internal/')) return true;
  return (method === 'GET' || method === 'HEAD') && status < 400;
}
