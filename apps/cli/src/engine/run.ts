import { fork } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { AppError, problemToError, type Problem } from '@massif/contracts';
import type { CliEnvironment } from '../env.ts';
import { onStopSignals } from '../signals.ts';

/** What the CLI asks of `apps/worker/src/engine.ts`, one command per process. */
export interface EngineRequest {
  command: 'train' | 'eval' | 'matmul' | 'calibrate';
  options: Record<string, unknown>;
}

type EngineReply =
  | { type: 'line'; value: Record<string, unknown> }
  | { type: 'note'; text: string }
  /** What is known of a training before its first step. */
  | { type: 'begin'; value: { steps: number } }
  | { type: 'result'; value: Record<string, unknown> }
  /** `jobStarted`: the job ran and failed. */
  | { type: 'error'; problem: Problem; jobStarted: boolean };

export interface EngineHandlers {
  onLine?(value: Record<string, unknown>): void;
  onBegin?(facts: { steps: number }): void;
  /** What is for people, also what the worker or its compiler wrote on standard error. */
  onNote(text: string): void;
}

/** Of a worker that died, in the error. */
const linesKept = 20;

const program = fileURLToPath(new URL('../../../worker/src/engine.ts', import.meta.url));

/**
 * Runs an engine command in a worker process: the CLI itself stays free of native code.
 * Ctrl-C and SIGTERM are handed to the worker, which ends its ranks; a second signal ends it at once.
 * @throws AppError as the worker reported it; `interrupted` after a signal; `internal` when the worker died.
 */
export async function runEngine(
  request: EngineRequest,
  environment: CliEnvironment,
  handlers: EngineHandlers,
): Promise<Record<string, unknown>> {
  const child = fork(program, [], {
    env: { ...environment.inherited, MASSIF_HOME: environment.home, MASSIF_CACHE: environment.cacheDirectory },
    stdio: ['ignore', 'inherit', 'pipe', 'ipc'],
    execArgv: [],
  });
  let result: Record<string, unknown> | undefined;
  let failure: AppError | undefined;
  let signalled = false;
  const said: string[] = [];

  createInterface({ input: child.stderr! }).on('line', (line) => {
    handlers.onNote(line);
    said.push(line);
    if (said.length > linesKept) said.shift();
  });
  child.on('message', (message) => {
    const reply = message as EngineReply;
    switch (reply.type) {
      case 'line':
        handlers.onLine?.(reply.value);
        break;
      case 'note':
        handlers.onNote(reply.text);
        break;
      case 'begin':
        handlers.onBegin?.(reply.value);
        break;
      case 'result':
        result = reply.value;
        break;
      case 'error':
        failure = errorOf(reply);
        break;
      default:
        reply satisfies never;
    }
  });
  const off = onStopSignals((times) => {
    signalled = true;
    child.kill(times > 1 ? 'SIGKILL' : 'SIGTERM');
  });
  try {
    const ended = new Promise<string>((resolve) => {
      // Once its output has been read to the end.
      child.on('close', (code, signal) => resolve(signal ? `was killed by ${signal}` : `exited with status ${code}`));
      child.on('error', (error) => resolve(error.message));
    });
    child.send(request, () => {});
    const how = await ended;
    // One that was done nevertheless has its result.
    if (signalled && !result) throw new AppError('interrupted', 'interrupted');
    if (failure) throw failure;
    if (!result) throw new AppError('internal', [`the worker ${how} without an answer`, ...said].join('\n'));
    return result;
  } finally {
    off();
  }
}

/** The worker's error; that the job had started decides the exit status. */
function errorOf({ problem, jobStarted }: Extract<EngineReply, { type: 'error' }>): AppError {
  const { code, message, context, errors } = problemToError(problem);
  return new AppError(code, message, { errors, context: { ...context, jobStarted } });
}
