import { createHash } from 'node:crypto';
import { Worker } from 'node:worker_threads';
import { AppError, type ErrorCode, type FieldError } from '@massif/contracts';
import type { PlanInput, PlanResult } from '@massif/planner';

/** What a planning thread answers. */
export interface PlanReply {
  id: number;
  result?: PlanResult;
  error?: { code: ErrorCode; message: string; context: Record<string, unknown>; errors: FieldError[] | undefined };
}

export interface Planner {
  /**
   * Plans in a worker thread; the same input again is answered from memory.
   * @throws AppError as the planner does; `not_supported` when it takes too long, `service_unavailable` when too much waits
   */
  plan(input: PlanInput): Promise<PlanResult>;
  close(): Promise<void>;
}

export interface PlannerPoolOptions {
  threads: number;
  /** A search that takes longer is ended with its thread. */
  timeoutMs: number;
  /** Requests that may wait for a thread. */
  waitingMax: number;
  /** Results kept, the least recently used go first. */
  cacheMax: number;
}

interface Task {
  id: number;
  input: PlanInput;
  resolve(result: PlanResult): void;
  reject(error: unknown): void;
}

/** Threads start when they are first needed. */
export function createPlannerPool({ threads, timeoutMs, waitingMax, cacheMax }: PlannerPoolOptions): Planner {
  const idle: Worker[] = [];
  const busy = new Map<Worker, Task>();
  const waiting: Task[] = [];
  const cache = new Map<string, Promise<PlanResult>>();
  let nextId = 0;
  let closed = false;

  const startThread = (): Worker => {
    const worker = new Worker(new URL('worker.ts', import.meta.url));
    // A thread alone does not keep the process alive.
    worker.unref();
    worker.on('message', ({ id, result, error }: PlanReply) => {
      const task = busy.get(worker);
      if (task?.id !== id) return;
      busy.delete(worker);
      idle.push(worker);
      if (result) task.resolve(result);
      else
        task.reject(
          new AppError(error?.code ?? 'internal', error?.message ?? 'The planner gave no answer', {
            context: error?.context,
            errors: error?.errors,
          }),
        );
      dispatch();
    });
    worker.on('error', (cause) => lose(worker, new AppError('internal', 'A planning thread died', { cause })));
    worker.on('exit', (code) => lose(worker, new AppError('internal', `A planning thread exited with status ${code}`)));
    return worker;
  };

  const lose = (worker: Worker, error: AppError) => {
    const index = idle.indexOf(worker);
    if (index >= 0) idle.splice(index, 1);
    const task = busy.get(worker);
    if (!busy.delete(worker)) return;
    task!.reject(error);
    if (!closed) dispatch();
  };

  const dispatch = () => {
    while (waiting.length > 0 && (idle.length > 0 || busy.size < threads)) {
      const task = waiting.shift()!;
      const worker = idle.pop() ?? startThread();
      busy.set(worker, task);
      const timer = setTimeout(() => {
        lose(
          worker,
          new AppError(
            'not_supported',
            `No plan was found within ${timeoutMs / 1000} s; give a layout instead of auto, or ask for fewer devices`,
            { context: { path: 'layout' } },
          ),
        );
        void worker.terminate();
      }, timeoutMs);
      const { resolve, reject } = task;
      task.resolve = (result) => (clearTimeout(timer), resolve(result));
      task.reject = (error) => (clearTimeout(timer), reject(error));
      worker.postMessage({ id: task.id, input: task.input });
    }
  };

  const search = (input: PlanInput): Promise<PlanResult> => {
    if (closed || waiting.length >= waitingMax)
      return Promise.reject(new AppError('service_unavailable', 'Too many plans are being made; try again shortly'));
    const { promise, resolve, reject } = Promise.withResolvers<PlanResult>();
    waiting.push({ id: nextId++, input, resolve, reject });
    dispatch();
    return promise;
  };

  return {
    plan(input) {
      const key = createHash('sha256').update(JSON.stringify(input)).digest('base64');
      const known = cache.get(key);
      if (known) {
        cache.delete(key);
        cache.set(key, known);
        return known;
      }
      const result = search(input);
      cache.set(key, result);
      // What failed is tried again the next time: it may have been a timeout, and refusals are cheap.
      result.catch(() => cache.delete(key));
      if (cache.size > cacheMax) cache.delete(cache.keys().next().value!);
      return result;
    },
    async close() {
      closed = true;
      for (const task of waiting.splice(0)) task.reject(new AppError('service_unavailable', 'This server is shutting down'));
      await Promise.all([...idle, ...busy.keys()].map((worker) => worker.terminate()));
    },
  };
}
