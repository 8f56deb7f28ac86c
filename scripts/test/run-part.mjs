import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runGroup } from '../bootstrap/group.mjs';
import { tallyCheck, tallyTests } from './tally.mjs';

/**
 * Runs a part and says what it found. Its output is shown as it comes; it never throws for a part that fails, crashes or hangs.
 * @param {import('./parts.mjs').Part} part
 * @param {{ node: string, root: string, environment: NodeJS.ProcessEnv, abort: AbortSignal, extra: string[], output?: 'inherit' | 'capture' }} options
 *   extra: further arguments, such as names of test files
 * @returns {Promise<import('./tally.mjs').PartResult>}
 */
export async function runPart(part, { node, root, environment, abort, extra, output = 'inherit' }) {
  const start = Date.now();
  const directory = mkdtempSync(join(tmpdir(), 'massif-test-'));
  const reportFile = join(directory, 'report.json');
  try {
    let ending;
    for (const command of part.commands)
      ending ??= await runCommand([...command, ...extra], {
        node,
        root,
        // What tests leave, killed ones too, goes with the directory.
        environment: { ...environment, TMPDIR: directory, MASSIF_TEST_REPORT: reportFile },
        abort,
        limitMinutes: part.limitMinutes,
        output,
      });
    if (part.kind === 'check') return tallyCheck(part.name, { ending, durationMs: Date.now() - start });
    return tallyTests(part.name, { report: readReport(reportFile), ending });
  } finally {
    rmSync(directory, { recursive: true, force: true, maxRetries: 5 });
  }
}

/**
 * @param {string[]} command
 * @param {{ node: string, root: string, environment: NodeJS.ProcessEnv, abort: AbortSignal, limitMinutes: number, output: 'inherit' | 'capture' }} options
 * @returns {Promise<string | undefined>} how it ended, if not with success
 */
async function runCommand(command, { node, root, environment, abort, limitMinutes, output }) {
  const limited = new AbortController();
  const stop = () => limited.abort(abort.reason);
  abort.addEventListener('abort', stop);
  const timer = setTimeout(() => limited.abort(new Error(`took longer than ${limitMinutes} minutes`)), limitMinutes * 60_000);
  try {
    const { code, signal } = await runGroup(node, command, { cwd: root, env: environment, abort: limited.signal, output });
    if (code === 0) return undefined;
    return signal ? `was killed by ${signal}` : `ended with exit code ${code} (see its output above)`;
  } catch (error) {
    abort.throwIfAborted();
    return error instanceof Error ? error.message : String(error);
  } finally {
    clearTimeout(timer);
    abort.removeEventListener('abort', stop);
  }
}

/**
 * @param {string} file
 * @returns {import('./tally.mjs').TestReport | undefined} undefined: the runner did not get that far
 */
function readReport(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}
