import { lossyOutput } from '@massif/processes';
import { pino } from 'pino';
import { startController } from './controller.ts';
import { readEnvironment } from './env.ts';

/** To whoever started us with a channel, and holds it as our lifeline. */
const say = (message: { type: 'ready' } | { type: 'failed'; message: string }) =>
  new Promise<void>((resolve) => (process.send && process.connected ? process.send(message, undefined, {}, () => resolve()) : resolve()));

/** Whatever does not close by then is cut off: nothing is lost by it. */
const closeWithinMs = 2500;

try {
  const environment = readEnvironment();
  const log = pino(
    { level: environment.logLevel, base: { service: 'controller' }, timestamp: pino.stdTimeFunctions.isoTime },
    lossyOutput(),
  );
  const controller = startController(environment, log);
  let closing = false;
  const close = () => {
    if (closing) return;
    closing = true;
    setTimeout(() => process.exit(0), closeWithinMs).unref();
    controller.close().then(
      () => process.exit(0),
      () => process.exit(1),
    );
  };
  process.on('SIGTERM', close);
  process.on('SIGINT', close);
  process.on('disconnect', close);
  // It may have closed before we listened for it.
  if (process.send && !process.connected) close();
  await controller.ready;
  await say({ type: 'ready' });
} catch (error) {
  const message = error instanceof Error ? error.message : String(error);
  process.stderr.write(`${message}\n`);
  await say({ type: 'failed', message });
  process.exit(1);
}
