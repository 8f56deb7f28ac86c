import { writeFileSync } from 'node:fs';
import { relative } from 'node:path';

/** Vitest reporter that writes what happened, for the total over all parts, to the file named by this variable. */
const fileVariable = 'MASSIF_TEST_REPORT';

/** @typedef {{ message?: string, stack?: string, cause?: unknown }} Failure */

export default class TallyReporter {
  /**
   * @param {readonly import('vitest/node').TestModule[]} modules
   * @param {readonly Failure[]} unhandled
   */
  onTestRunEnd(modules, unhandled) {
    const file = process.env[fileVariable];
    if (file) writeFileSync(file, JSON.stringify(collect(modules, unhandled)));
  }
}

/**
 * @param {readonly import('vitest/node').TestModule[]} modules
 * @param {readonly Failure[]} unhandled
 * @returns {import('./tally.mjs').TestReport}
 */
function collect(modules, unhandled) {
  return {
    tests: modules.flatMap((module) =>
      [...module.children.allTests()].filter(isAskedFor).map((test) => record(test, relative(process.cwd(), module.moduleId))),
    ),
    errors: [
      ...modules.flatMap((module) => {
        const file = relative(process.cwd(), module.moduleId);
        const suites = [...module.children.allSuites()].flatMap((suite) =>
          messagesOf(suite).map((message) => ({ where: `${file} > ${suite.fullName}`, message })),
        );
        return [...messagesOf(module).map((message) => ({ where: file, message })), ...suites];
      }),
      ...unhandled.map((error) => ({ where: 'unhandled error', message: chainOf(error).join('\ncaused by ') })),
    ],
  };
}

/**
 * Whether no `-t NAME` of the command line leaves it out, which Vitest tells like a skip.
 * @param {import('vitest/node').TestCase} test
 */
function isAskedFor(test) {
  const pattern = test.project.config.testNamePattern;
  if (!pattern) return true;
  let name = test.name;
  for (let parent = test.parent; parent.type === 'suite'; parent = parent.parent) name = `${parent.name} ${name}`;
  return name.search(pattern) >= 0;
}

/**
 * @param {import('vitest/node').TestCase} test
 * @param {string} file
 * @returns {import('./tally.mjs').TestRecord}
 */
function record(test, file) {
  const result = test.result();
  return {
    file,
    name: test.fullName,
    state: result.state,
    reason: result.state === 'skipped' ? result.note : undefined,
    message: result.errors?.map(textOf).join('\n'),
    durationMs: test.diagnostic()?.duration ?? 0,
    notes: test.annotations().map(({ message }) => message),
  };
}

/** @param {import('vitest/node').TestModule | import('vitest/node').TestSuite} entity */
function messagesOf(entity) {
  return entity.errors().map(textOf);
}

/**
 * The error and what caused it: of a worker that died, only the cause says how.
 * @param {Failure} error
 * @returns {string[]}
 */
function chainOf(error) {
  const text = error.stack ?? textOf(error);
  return error.cause instanceof Object ? [text, ...chainOf(error.cause)] : [text];
}

/** @param {{ message?: string }} error */
function textOf(error) {
  return error.message ?? JSON.stringify(error);
}
