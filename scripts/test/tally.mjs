/**
 * What a part of the tests found.
 * @typedef {{ name: string, message: string }} Failure
 * @typedef {{ name: string, reason: string }} Skip
 * @typedef {{ part: string, passed: number, failed: Failure[], skipped: Skip[], measured: Measured[] }} PartResult
 * @typedef {{ name: string, durationMs: number, notes: string[] }} Measured a test that passed
 */

/**
 * What the Vitest reporter writes.
 * @typedef {object} TestRecord
 * @property {string} file relative to the checkout
 * @property {string} name with the names of its suites
 * @property {'passed' | 'failed' | 'skipped' | 'pending'} state
 * @property {string} [reason] of a skip
 * @property {string} [message] of a failure
 * @property {number} durationMs
 * @property {string[]} notes
 * @typedef {{ tests: TestRecord[], errors: { where: string, message: string }[] }} TestReport errors: outside of any test
 */

/**
 * @param {string} part
 * @param {{ report: TestReport | undefined, ending: string | undefined }} run ending: how the runner ended if not with success
 * @returns {PartResult}
 */
export function tallyTests(part, { report, ending }) {
  const tests = report?.tests ?? [];
  const nameOf = (/** @type {TestRecord} */ test) => `${test.file} > ${test.name}`;
  /** @type {Failure[]} */
  const failed = [
    ...tests.filter(({ state }) => state === 'failed').map((test) => ({ name: nameOf(test), message: test.message ?? '' })),
    ...tests.filter(({ state }) => state === 'pending').map((test) => ({ name: nameOf(test), message: 'was started and never ended' })),
    ...tests
      .filter(({ state, reason }) => state === 'skipped' && !reason)
      .map((test) => ({ name: nameOf(test), message: "skipped without a reason: use `skip('why')` of the test's context" })),
    ...(report?.errors ?? []).map(({ where, message }) => ({ name: where, message })),
  ];
  if (failed.length === 0 && ending) failed.push({ name: 'the test runner', message: ending });
  if (failed.length === 0 && tests.length === 0) failed.push({ name: 'the test runner', message: 'found no tests' });
  return {
    part,
    passed: tests.filter(({ state }) => state === 'passed').length,
    failed,
    skipped: tests.flatMap((test) => (test.state === 'skipped' && test.reason ? [{ name: nameOf(test), reason: test.reason }] : [])),
    measured: tests
      .filter(({ state }) => state === 'passed')
      .map((test) => ({ name: nameOf(test), durationMs: test.durationMs, notes: test.notes })),
  };
}

/**
 * A check counts as one test.
 * @param {string} part
 * @param {{ ending: string | undefined, durationMs: number }} run
 * @returns {PartResult}
 */
export function tallyCheck(part, { ending, durationMs }) {
  return ending
    ? { part, passed: 0, failed: [{ name: part, message: ending }], skipped: [], measured: [] }
    : { part, passed: 1, failed: [], skipped: [], measured: [{ name: part, durationMs, notes: [] }] };
}

/**
 * The last lines of a run: what failed, what was skipped and why, and the total in one line of a fixed form.
 * @param {PartResult[]} results
 * @returns {string}
 */
export function summarise(results) {
  const failed = results.flatMap(({ part, failed }) => failed.map(({ name, message }) => `  ${part}: ${name}\n${indent(message)}`));
  const skipped = results.flatMap(({ part, skipped }) => skipped.map(({ name, reason }) => `  ${part}: ${name}\n      ${reason}`));
  const passed = results.reduce((sum, result) => sum + result.passed, 0);
  return [
    ...(skipped.length > 0 ? ['', 'skipped:', ...skipped] : []),
    ...(failed.length > 0 ? ['', 'failed:', ...failed] : []),
    '',
    `${passed} passed, ${failed.length} failed, ${skipped.length} skipped`,
    '',
  ].join('\n');
}

/**
 * @param {PartResult} result
 * @returns {string}
 */
export function summariseInLine({ part, passed, failed, skipped }) {
  return `== ${part}: ${failed.length === 0 ? 'ok' : 'FAILED'}, ${passed} passed, ${failed.length} failed, ${skipped.length} skipped`;
}

/** A long message is above, where it was printed first. */
const linesMax = 12;

/** @param {string} message */
function indent(message) {
  const lines = message.trim().split('\n');
  const shown = lines.length > linesMax ? [...lines.slice(0, linesMax), '...'] : lines;
  return shown.map((line) => `      ${line}`).join('\n');
}

/** @param {PartResult[]} results */
export function isSuccess(results) {
  return results.every(({ failed }) => failed.length === 0) && results.some(({ passed }) => passed > 0);
}
