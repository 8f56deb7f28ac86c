import { AppError } from '@massif/contracts';
import type { Store } from '@massif/store';
import { pino } from 'pino';
import { buildApp, type ApiConfig } from '../app.ts';
import type { App } from '../routes/context.ts';

const unavailable = () => Promise.reject(new AppError('service_unavailable', 'Nothing is behind this app'));

/** The app with nothing behind it: for its document, and for what it answers before it asks anybody. */
export function buildUnopenedApp(config: Partial<ApiConfig> = {}): Promise<App> {
  return buildApp({
    store: {} as Store,
    wakeups: { enqueueReconcile: unavailable, ping: unavailable, onUsage: () => () => {} },
    planner: { plan: unavailable, close: async () => {} },
    config: { home: '/nonexistent', dataRoots: [], uploadBytesMax: 1, checkAnswers: true, ...config },
    logger: pino({ level: 'silent' }),
  });
}
