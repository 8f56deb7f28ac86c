import { spawn } from 'node:child_process';
import * as nodeModule from 'node:module';
import { Socket } from 'node:net';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { exitCodeOfSignal } from './interrupt.mjs';
import { cacheDirectory, checkout, massifEntry } from './paths.mjs';
import { isNewEnough } from './versions.mjs';

/** A terminal's Ctrl-C reaches the whole process group, and npm passes it on once more: what follows this soon is the same one. */
const sameSignalMs = 1_000;

/** File descriptor on which a re-executed process waits for the end of the one that started it. */
const lifelineFd = 3;
const lifelineVariable = 'MASSIF_LIFELINE';

const parentPollMs = 100;

/**
 * Becomes `massif ARGS`. With a Node that is new enough this process runs it; otherwise a child under the right one does, and
 * this process only stands for it: same streams, same signals, same exit.
 * @param {string[]} massifArguments
 * @param {{ node: string, environment: NodeJS.ProcessEnv }} prepared
 * @returns {Promise<void>}
 */
export async function launch(massifArguments, { node, environment }) {
  if (isNewEnough(process.version)) {
    for (const name of Object.keys(process.env)) if (!(name in environment)) delete process.env[name];
    Object.assign(process.env, environment);
    process.argv = [process.execPath, massifEntry, ...massifArguments];
    // A command would else spend most of its time on reading TypeScript. Node < 22 has no such cache and does not come here.
    nodeModule.enableCompileCache(join(cacheDirectory(environment), 'node-compile-cache'));
    await import(pathToFileURL(massifEntry).href);
  } else await standFor(node, [`${checkout}/bin/massif.mjs`, ...massifArguments], environment);
}

/**
 * @param {string} node
 * @param {string[]} nodeArguments
 * @param {NodeJS.ProcessEnv} environment
 */
export async function standFor(node, nodeArguments, environment) {
  const child = spawn(node, nodeArguments, {
    env: { ...environment, [lifelineVariable]: '1' },
    stdio: ['inherit', 'inherit', 'inherit', 'pipe'],
  });
  /** @type {Map<NodeJS.Signals, number>} */
  const passedAt = new Map();
  for (const signal of /** @type {NodeJS.Signals[]} */ (['SIGINT', 'SIGTERM', 'SIGHUP']))
    process.on(signal, () => {
      const now = Date.now();
      if (now - (passedAt.get(signal) ?? -Infinity) < sameSignalMs) return;
      passedAt.set(signal, now);
      child.kill(signal);
    });
  /** @type {{ code: number | null, signal: NodeJS.Signals | null }} */
  const { code, signal } = await new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code, signal) => resolve({ code, signal }));
  });
  if (signal) {
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  }
  process.exitCode = code ?? (signal ? exitCodeOfSignal(signal) : 1);
}

/** In the child: ends like after SIGTERM when the process that stands for it is killed, which no handler there could pass on. */
export function holdLifeline() {
  if (process.env[lifelineVariable] === undefined) return;
  delete process.env[lifelineVariable];
  const lifeline = new Socket({ fd: lifelineFd });
  lifeline.on('error', () => undefined);
  lifeline.on('close', () => process.kill(process.pid, 'SIGTERM'));
  lifeline.resume();
  lifeline.unref();
}

/**
 * Ends like after SIGTERM when npx is ended by a signal: it runs a command in a shell, and passes the signal on to that alone.
 * Whoever has started `npx massif` knows no other process to send one to.
 */
export function endWithNpx() {
  if (process.env.npm_lifecycle_event !== 'npx') return;
  const shell = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === shell) return;
    clearInterval(timer);
    process.kill(process.pid, 'SIGTERM');
  }, parentPollMs);
  timer.unref();
}
