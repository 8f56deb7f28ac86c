/** A thread that writes one data set: counting words and merging pairs would hold the event loop of the rank, which has to answer its peers. */
import { parentPort, workerData } from 'node:worker_threads';
import { toAppError } from '@massif/contracts';
import type { ThreadMessage } from './thread.ts';
import { writeData, type WriteTask } from './write.ts';

const tell = (message: ThreadMessage) => parentPort!.postMessage(message);

try {
  tell({ type: 'done', meta: await writeData(workerData as WriteTask, (progress) => tell({ type: 'progress', progress })) });
} catch (error) {
  // Errors lose their class on the way to another thread.
  const { code, message, context, errors } = toAppError(error);
  if (code === 'internal') throw error;
  tell({ type: 'failed', code, message, context, errors });
}
