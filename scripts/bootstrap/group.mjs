import { spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { signalGroup } from './processes.mjs';

const pollMs = 20;

/**
 * @typedef {object} GroupOptions
 * @property {string} cwd
 * @property {NodeJS.ProcessEnv} env
 * @property {AbortSignal} abort when aborted, the whole group is ended and the call rejects with the abort's reason
 * @property {'capture' | 'inherit'} output capture: both streams, returned as text; inherit: shown as they come
 * @property {(pid: number) => void} [onStart]
 * @property {number} [graceMs] between SIGTERM and SIGKILL
 */

/**
 * Runs a command in a process group of its own and resolves when it has exited and nothing of the group is left: not after
 * an interruption, and not after a command that left something running behind.
 * @param {string} command
 * @param {string[]} commandArguments
 * @param {GroupOptions} options
 * @returns {Promise<{ code: number | null, signal: NodeJS.Signals | null, text: string }>} text: the last 64 KiB of captured output
 */
export async function runGroup(command, commandArguments, { cwd, env, abort, output, onStart, graceMs = 3_000 }) {
  abort.throwIfAborted();
  const stream = output === 'capture' ? 'pipe' : 'inherit';
  const child = spawn(command, commandArguments, { cwd, env, detached: true, stdio: ['ignore', stream, stream] });
  let text = '';
  const collect = (/** @type {Buffer} */ chunk) => (text = (text + chunk.toString()).slice(-65_536));
  child.stdout?.on('data', collect);
  child.stderr?.on('data', collect);
  /** @type {Promise<void> | undefined} */
  let ending;
  const end = () => {
    if (child.pid) ending = endGroup(child.pid, graceMs);
  };
  abort.addEventListener('abort', end);
  try {
    const { code, signal } = await new Promise((resolve, reject) => {
      child.on('error', reject);
      child.on('exit', (code, signal) => resolve({ code, signal }));
      if (child.pid) onStart?.(child.pid);
    });
    await (ending ?? (child.pid ? endGroup(child.pid, graceMs) : undefined));
    // What the pipes still hold has arrived once they close. Only a daemon that left the group could keep them open.
    if (output === 'capture')
      await Promise.race([Promise.all([closed(child.stdout), closed(child.stderr)]), sleep(graceMs, undefined, { ref: false })]);
    child.stdout?.destroy();
    child.stderr?.destroy();
    abort.throwIfAborted();
    return { code, signal, text };
  } finally {
    abort.removeEventListener('abort', end);
  }
}

/** @param {import('node:stream').Readable | null} stream */
function closed(stream) {
  return stream && !stream.closed ? new Promise((resolve) => stream.once('close', resolve)) : undefined;
}

/**
 * Ends every process of a group: SIGTERM, and SIGKILL for what is left after the grace period.
 * @param {number} group
 * @param {number} graceMs
 */
async function endGroup(group, graceMs) {
  const deadline = Date.now() + graceMs;
  for (
    let signal = /** @type {NodeJS.Signals | 0} */ ('SIGTERM');
    signalGroup(group, signal);
    signal = Date.now() < deadline ? 0 : 'SIGKILL'
  )
    await sleep(pollMs);
}
