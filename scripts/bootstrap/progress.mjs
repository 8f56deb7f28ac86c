/**
 * Progress of the set-up on standard error, one line when a phase begins and one when it has ended.
 * @typedef {<T>(what: string, work: () => Promise<T>) => Promise<T>} Phase
 * @typedef {{ phase: Phase, note: (line: string) => void }} Progress
 */

/**
 * @param {{ write?: (line: string) => void, quiet?: boolean, json?: boolean }} [options] quiet: says only that a phase begins,
 *   not how long it took; json: says nothing, for a command with `--json`
 * @returns {Progress}
 */
export function createProgress({ json = false, write = json ? () => {} : (line) => process.stderr.write(line), quiet = false } = {}) {
  return {
    note: (line) => write(`massif: ${line}\n`),
    phase: async (what, work) => {
      const start = Date.now();
      write(`massif: ${what} ...\n`);
      const result = await work();
      if (!quiet) write(`massif: ... done in ${((Date.now() - start) / 1000).toFixed(1)} s\n`);
      return result;
    },
  };
}
