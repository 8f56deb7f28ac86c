import { AppError } from '@massif/contracts';
import { readEnvironment } from './env.ts';
import { startServer } from './server.ts';

/** To whoever started us with a channel, and holds it as our lifeline. */
const say = (
  message: { type: 'ready'; url: string } | { type: 'note'; text: string } | { type: 'failed'; message: string; code?: string },
) =>
  new Promise<void>((resolve) => (process.send && process.connected ? process.send(message, undefined, {}, () => resolve()) : resolve()));

try {
  const server = await startServer(readEnvironment(), {
    onNote: (text) => void say({ type: 'note', text }),
    onLost: (error) => void fail(error),
  });
  let closing = false;
  const close = () => {
    if (closing) return;
    closing = true;
    server.close().then(
      () => process.exit(0),
      () => process.exit(1),
    );
  };
  process.on('SIGTERM', close);
  process.on('SIGINT', close);
  process.on('disconnect', close);
  // It may have closed before we listened for it.
  if (process.send && !process.connected) close();
  await say({ type: 'ready', url: server.url });
} catch (error) {
  await fail(error);
}

async function fail(error: unknown): Promise<never> {
  const message = error instanceof Error ? error.message : String(error);
  process.stderr.write(`${message}\n`);
  await say({ type: 'failed', message, ...(error instanceof AppError ? { code: error.code } : {}) });
  process.exit(1);
}
