import { join } from 'node:path';

/**
 * @typedef {object} Part
 * @property {string} name
 * @property {'check' | 'tests'} kind a check counts as one test; tests report their own number
 * @property {string[][]} commands arguments for Node, one after the other
 * @property {number} limitMinutes
 * @property {boolean} [startsProduct] needs what `massif up` needs
 */

/**
 * The parts of `npm test` in order, cheapest first.
 * @param {string} root
 * @returns {Part[]}
 */
export function partsOf(root) {
  const tool = (/** @type {string} */ path) => join(root, 'node_modules', path);
  return [
    check('types', [tool('typescript/bin/tsc'), '-b']),
    check(
      'lint',
      [tool('oxlint/bin/oxlint'), '--type-aware', '--deny-warnings', '--report-unused-disable-directives'],
      [join(root, 'scripts/lint/main.mjs')],
    ),
    check('knip', [tool('knip/bin/knip.js'), '--no-config-hints']),
    check('openapi', [...openapiCommand(root), '--check']),
    tests(root, { project: 'unit', limitMinutes: 15 }),
    tests(root, { project: 'integration', limitMinutes: 15 }),
    tests(root, { project: 'e2e', limitMinutes: 30 }),
  ];
}

/**
 * What `npm run test:full` runs beyond `npm test`; `.ci/run` the first of it.
 * @param {string} root
 * @returns {Part[]}
 */
export function longPartsOf(root) {
  return [tests(root, { project: 'ci', limitMinutes: 40 }), tests(root, { project: 'full', limitMinutes: 600 })];
}

/**
 * Writes the OpenAPI document; with `--check` it only compares.
 * @param {string} root
 */
export function openapiCommand(root) {
  return [join(root, 'apps/api/src/openapi.ts')];
}

/**
 * @param {string} name
 * @param {string[][]} commands
 * @returns {Part}
 */
function check(name, ...commands) {
  return { name, kind: 'check', commands, limitMinutes: 5 };
}

/**
 * @param {string} root
 * @param {{ project: string, limitMinutes: number }} options project: of vitest.config.ts
 * @returns {Part}
 */
function tests(root, { project, limitMinutes }) {
  const reporters = ['--reporter', 'default', '--reporter', join(root, 'scripts/test/reporter.mjs')];
  return {
    name: project,
    kind: 'tests',
    commands: [[join(root, 'node_modules/vitest/vitest.mjs'), 'run', '--project', project, ...reporters]],
    limitMinutes,
    startsProduct: ['e2e', 'ci', 'full'].includes(project),
  };
}
