import { projectStore } from './access/projects.ts';
import { queueStore } from './access/queues.ts';
import { tokenStore } from './access/tokens.ts';
import { attemptStore } from './attempts/attempts.ts';
import { checkpointStore } from './checkpoints/checkpoints.ts';
import { leaseStore } from './cluster/lease.ts';
import { nodeStore } from './cluster/nodes.ts';
import { openDatabase, type DatabaseOptions } from './database/database.ts';
import { historyStore } from './history/history.ts';
import { jobStore } from './jobs/jobs.ts';
import type { Store } from './store.ts';
import { createAnnouncer } from './streams/announce.ts';
import { eventStore } from './streams/events.ts';
import { openListener } from './streams/listener.ts';
import { logStore } from './streams/logs.ts';
import { metricStore } from './streams/metrics.ts';
import { partitionStore } from './streams/partitions.ts';
import { usageStore } from './usage/usage.ts';

export type OpenStore = DatabaseOptions;

/**
 * The store over a migrated database. Connections are made when they are needed and made again when they break, so that
 * it can be opened while the server is away.
 */
export function openStore(options: OpenStore): Store {
  const database = openDatabase(options);
  const listener = openListener({ databaseUrl: options.databaseUrl, applicationName: `${options.applicationName ?? 'massif'} listener` });
  const announcer = createAnnouncer(database.query);
  const projects = projectStore(database);
  return {
    projects,
    tokens: tokenStore(database, projects),
    queues: queueStore(database),
    jobs: jobStore(database),
    attempts: attemptStore(database, announcer),
    checkpoints: checkpointStore(database),
    events: eventStore(database),
    metrics: metricStore(database),
    logs: logStore(database),
    nodes: nodeStore(database),
    usage: usageStore(database),
    lease: leaseStore(database),
    partitions: partitionStore(database),
    history: historyStore(database),
    listener,
    ping: async () => {
      await database.query('select 1');
    },
    close: async () => {
      await announcer.close();
      await listener.close();
      await database.close();
    },
  };
}
