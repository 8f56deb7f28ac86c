import { Worker } from 'node:worker_threads';
import { AppError, type ErrorCode, type FieldError } from '@massif/contracts';
import type { OnProgress, PrepareProgress } from './progress.ts';
import { type Meta, writeData, type WriteTask } from './write.ts';

/** What the thread says; `done` or `failed` comes last. */
export type ThreadMessage =
  | { type: 'progress'; progress: PrepareProgress }
  | { type: 'done'; meta: Meta }
  | { type: 'failed'; code: ErrorCode; message: string; context: Record<string, unknown>; errors: FieldError[] | undefined };

/** Sooner done than a thread is started. */
const SMALL_BYTES_MAX = 2 ** 22;

/** `writeData`, in a thread of its own when it is much: that leaves the event loop to others. */
export function writeBeside(task: WriteTask, { bytes, onProgress }: { bytes: number; onProgress: OnProgress }): Promise<Meta> {
  return bytes <= SMALL_BYTES_MAX ? writeData(task, onProgress) : writeInThread(task, onProgress);
}

function writeInThread(task: WriteTask, onProgress: OnProgress): Promise<Meta> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('write-thread.ts', import.meta.url), { workerData: task, execArgv: [] });
    worker.on('message', (message: ThreadMessage) => {
      if (message.type === 'progress') onProgress(message.progress);
      else if (message.type === 'done') resolve(message.meta);
      else reject(new AppError(message.code, message.message, { context: message.context, errors: message.errors }));
    });
    worker.on('error', reject);
    // After an answer this says nothing new.
    worker.on('exit', (code) => reject(new Error(`the thread that prepares the data exited with status ${code}`)));
  });
}
