/**
 * @typedef {object} TestOptions
 * @property {string[]} only names of parts; empty: all
 * @property {boolean} full also the long suites
 * @property {boolean} keepEnvironment
 * @property {string[]} extra arguments for the part's own command, when one part is chosen
 */

/**
 * `[PART ...] [--full] [--keep-env] [ANYTHING ELSE ...]`, as the root scripts and their users write them.
 * @param {string[]} words
 * @param {string[]} partNames
 * @returns {TestOptions}
 */
export function parseArguments(words, partNames) {
  const own = new Set(['--full', '--keep-env']);
  const firstOther = words.findIndex((word) => !partNames.includes(word));
  const only = firstOther === -1 ? words : words.slice(0, firstOther);
  const rest = firstOther === -1 ? [] : words.slice(firstOther);
  const extra = rest.filter((word) => !own.has(word));
  if (extra.length > 0 && only.length !== 1) throw new Error(`${extra[0]} is not a part of the tests: ${partNames.join(', ')}`);
  return { only, full: rest.includes('--full'), keepEnvironment: rest.includes('--keep-env'), extra };
}
