import { constants } from 'node:os';
import { Interrupted, SetupProblem, toProblem } from './problem.mjs';

const internalError = 4;
/** After every signal that asks to stop: SIGTERM is treated like Ctrl-C. */
const interrupted = 130;

const stopSignals = /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP']);

/**
 * Runs work that is told to stop by an AbortSignal (reason: Interrupted) instead of being killed, so that it can stop its
 * children and release its locks first.
 * @template T
 * @param {(abort: AbortSignal) => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function interruptible(work) {
  const controller = new AbortController();
  const handlers = stopSignals.map((signal) => ({ signal, stop: () => controller.abort(new Interrupted(signal)) }));
  for (const { signal, stop } of handlers) process.on(signal, stop);
  try {
    return await work(controller.signal);
  } finally {
    for (const { signal, stop } of handlers) process.off(signal, stop);
  }
}

/**
 * The shell's convention for a process that a signal ended, such as 137 for SIGKILL.
 * @param {NodeJS.Signals} signal
 */
export function exitCodeOfSignal(signal) {
  return 128 + constants.signals[signal];
}

/**
 * Last word on an error of the bootstrap: prints what the user needs to know, returns the exit code.
 * @param {unknown} error
 * @param {{ json?: boolean }} [options] json: as one problem object
 */
export function explain(error, { json = false } = {}) {
  if (json) process.stderr.write(`${JSON.stringify(toProblem(error))}\n`);
  if (error instanceof Interrupted) return interrupted;
  if (error instanceof SetupProblem) {
    if (!json) process.stderr.write(`${error.detail ? `${error.detail.trimEnd()}\n` : ''}massif: ${error.message}\n`);
    return error.exitCode;
  }
  if (!json) process.stderr.write(`massif: ${error instanceof Error ? error.stack : String(error)}\n`);
  return internalError;
}
