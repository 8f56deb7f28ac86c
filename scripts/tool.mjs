// Runs a tool of the repository under the Node of the set-up: `npm run dashboard`, `npm run format`, `npm run gallery`, `npm run openapi`,
// `npm run screenshots`, and what `npm pack` packs.
import { join } from 'node:path';
import { viteCommand } from './bootstrap/dashboard.mjs';
import { explain, interruptible } from './bootstrap/interrupt.mjs';
import { runGroup } from './bootstrap/group.mjs';
import { checkout } from './bootstrap/paths.mjs';
import { SetupProblem } from './bootstrap/problem.mjs';
import { createProgress } from './bootstrap/progress.mjs';
import { setUp } from './bootstrap/setup.mjs';
import { openapiCommand } from './test/parts.mjs';

/** @type {Readonly<Record<string, string[]>>} */
const tools = {
  dashboard: [viteCommand(checkout), join(checkout, 'apps/dashboard')],
  format: [join(checkout, 'node_modules/oxfmt/bin/oxfmt')],
  gallery: [join(checkout, 'packages/ui/node_modules/vite/bin/vite.js'), '--config', join(checkout, 'packages/ui/vite.config.ts')],
  openapi: openapiCommand(checkout),
  package: [join(checkout, 'scripts/package/main.mjs')],
  screenshots: [join(checkout, 'e2e/screenshots/main.ts')],
};

const needDashboard = ['package', 'screenshots'];

try {
  const [name = '', ...rest] = process.argv.slice(2);
  const command = tools[name];
  if (!command) throw new SetupProblem(`there is no tool ${name}: ${Object.keys(tools).join(', ')}`, { exitCode: 2 });
  process.exitCode = await interruptible(async (abort) => {
    const options = {
      root: checkout,
      environment: process.env,
      progress: createProgress(),
      abort,
      dashboard: needDashboard.includes(name),
    };
    const { node, environment } = await setUp(options);
    const { code } = await runGroup(node, [...command, ...rest], { cwd: checkout, env: environment, abort, output: 'inherit' });
    return code ?? 1;
  });
} catch (error) {
  process.exitCode = explain(error);
}
