/**
 * Who imports whom: the only place where it is said. Checked against every import, every package.json and every tsconfig.json
 * by check-arrows.mjs; what a package may import and does not is reported too.
 */

/**
 * Folder of a workspace package -> names of the packages it imports, types and tests included. Nobody imports an app.
 * @type {Readonly<Record<string, readonly string[]>>}
 */
export const arrows = {
  'packages/contracts': [],
  'packages/layout': [],
  'packages/scheduler': ['contracts'],
  'packages/processes': [],
  'packages/native': [],
  'packages/tensor': [],
  'packages/catalog': ['contracts'],
  'packages/planner': ['contracts', 'layout'],
  'packages/cluster': ['contracts', 'processes'],
  'packages/store': ['contracts'],
  'packages/queue': ['contracts'],
  'packages/sdk': ['contracts'],
  'packages/ui': ['contracts'],
  'packages/device-reference': ['tensor'],
  'packages/device-cpu': ['tensor', 'native'],
  // The devices only in tests: models and steps are checked on the oracle and on the CPU.
  'packages/nn': ['tensor', 'device-reference'],
  'packages/data': ['contracts', 'nn'],
  'packages/distributed': ['native'],
  'packages/trainer': ['distributed', 'nn', 'tensor', 'data', 'contracts', 'layout', 'device-reference', 'device-cpu'],
  'apps/services': ['store', 'queue', 'processes'],
  'apps/api': ['contracts', 'catalog', 'planner', 'scheduler', 'store', 'queue', 'processes'],
  'apps/controller': ['contracts', 'planner', 'scheduler', 'store', 'queue', 'cluster', 'processes'],
  'apps/worker': [
    'contracts',
    'catalog',
    'planner',
    'processes',
    'trainer',
    'distributed',
    'data',
    'nn',
    'tensor',
    'device-reference',
    'device-cpu',
    'native',
  ],
  'apps/demo': ['contracts', 'cluster', 'store', 'sdk', 'processes'],
  'apps/cli': ['contracts', 'catalog', 'sdk', 'planner', 'processes'],
  // In a browser: planner and catalog for plans that follow every keystroke.
  'apps/dashboard': ['contracts', 'catalog', 'planner', 'sdk', 'ui'],
  // From outside, as a user would; the store only to write a past that no test could wait for.
  e2e: ['store'],
  bench: ['tensor', 'nn', 'device-cpu', 'native', 'store', 'queue', 'e2e'],
};

/**
 * Packages that are pure: no I/O, no clock, no processes. Their code (not their tests) imports no built-in module of Node.
 */
export const pure = ['packages/contracts', 'packages/layout', 'packages/planner', 'packages/scheduler'];
