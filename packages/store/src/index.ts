export { connectFailure, placeOfDatabase } from './database/connect-failure.ts';
export type { PastAttempt, PastCheckpoint, PastJob, PastStep } from './history/past-job.ts';
export { migrate, type Migrate } from './migrate/migrate.ts';
export { openStore, type OpenStore } from './open.ts';
export { startPostgres, type RunningPostgres, type StartPostgres } from './postgres/start.ts';
export * from './rows.ts';
export * from './store.ts';
export { usageEveryMs } from './usage/usage.ts';
