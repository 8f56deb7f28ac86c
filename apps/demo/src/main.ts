import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { lossyOutput } from '@massif/processes';
import { createClient } from '@massif/sdk';
import { openStore } from '@massif/store';
import { pino } from 'pino';
import { readEnvironment } from './env.ts';
import { keepJobs } from './keep.ts';
import { readBegun } from './past/begun.ts';
import { writePast } from './past/write.ts';
import { planShapes } from './plans.ts';

/** To whoever started us with a channel, and holds it as our lifeline. */
const say = (message: { type: 'ready' } | { type: 'failed'; message: string }) =>
  new Promise<void>((resolve) => (process.send && process.connected ? process.send(message, undefined, {}, () => resolve()) : resolve()));

const stop = new AbortController();
const close = () => stop.abort();
process.on('SIGTERM', close);
process.on('SIGINT', close);
process.on('disconnect', close);

try {
  const { home, databaseUrl, apiUrl, seed, nodes, jobs, logLevel } = readEnvironment();
  const log = pino({ level: logLevel, base: { service: 'demo' }, timestamp: pino.stdTimeFunctions.isoTime }, lossyOutput());
  const store = openStore({ databaseUrl, applicationName: 'massif-demo' });
  const client = createClient({ url: apiUrl, token: readFileSync(join(home, 'admin.token'), 'utf8').trim() });
  const { project } = await store.projects.ensureDefaults();
  const isNew = (await store.jobs.summaries('everyProject', { limit: 1 })).total === 0;
  const planned = () => planShapes(client);
  const past =
    isNew || readBegun(home)
      ? await writePast({ store, home, apiUrl, projectId: project.id, seed, nodes, jobs, planShapes: planned, signal: stop.signal })
      : { rest: Promise.resolve() };
  await Promise.all([past.rest, say({ type: 'ready' })]);
  log.info({ isNew }, 'the past is there');
  await keepJobs({
    client,
    plans: await planned(),
    seed,
    jobs,
    signal: stop.signal,
    onError: (error) => log.warn({ err: error }, 'no jobs can be submitted now'),
  });
  await store.close();
  process.exit(0);
} catch (error) {
  // In the middle of the past: the next one goes on with it.
  if (stop.signal.aborted) process.exit(0);
  const message = error instanceof Error ? error.message : String(error);
  process.stderr.write(`${message}\n`);
  await say({ type: 'failed', message });
  process.exit(1);
}
