import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { compressFiles } from './compress.mjs';
import { replaceDirectory } from './directory.mjs';
import { runGroup } from './group.mjs';
import { setupDirectory } from './paths.mjs';
import { SetupProblem } from './problem.mjs';
import { clearStamp, readStamp, stampKey, writeStamp } from './stamp.mjs';

/** @param {string} root */
function filesOf(root) {
  const folder = join(root, 'apps/dashboard');
  return {
    folder,
    built: join(folder, 'dist'),
    /** Beside it, so that to rename one into the other is possible on every file system. */
    building: join(folder, 'dist.building'),
    stamp: join(setupDirectory(root), 'dashboard'),
    command: viteCommand(root),
  };
}

/** @param {string} root */
export function viteCommand(root) {
  return join(root, 'apps/dashboard/node_modules/vite/bin/vite.js');
}

/**
 * Folders of a package and of all packages of ours that it depends on.
 * @param {string} root
 * @param {string} folder
 * @param {Set<string>} [found]
 */
function foldersOf(root, folder, found = new Set()) {
  if (found.has(folder)) return found;
  found.add(folder);
  /** @type {{ dependencies?: Record<string, string> }} */
  const { dependencies = {} } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  for (const name of Object.keys(dependencies))
    if (name.startsWith('@massif/')) foldersOf(root, join(root, 'packages', name.slice('@massif/'.length)), found);
  return found;
}

/**
 * Every file below a folder that a build may read.
 * @param {string} folder
 * @returns {string[]}
 */
function sourcesBelow(folder) {
  return readdirSync(folder, { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) return /^(node_modules|dist|dist\..*|fixtures|test|gallery)$/.test(entry.name) ? [] : sourcesBelow(path);
      return /\.test\.tsx?$|\.md$/.test(entry.name) ? [] : [path];
    });
}

/** @param {string} root */
function keyOf(root) {
  const shared = ['pnpm-lock.yaml', 'tsconfig.base.json', 'tsconfig.browser.json'].map((name) => join(root, name));
  const sources = [...foldersOf(root, filesOf(root).folder)].flatMap(sourcesBelow);
  return stampKey({ files: [...shared, ...sources], values: sources.map((file) => relative(root, file)) });
}

/**
 * Whether the dashboard was built from its sources as they are now.
 * @param {string} root
 */
export function isDashboardBuilt(root) {
  return existsSync(join(filesOf(root).built, 'index.html')) && readStamp(filesOf(root).stamp) === keyOf(root);
}

/**
 * Builds the dashboard into apps/dashboard/dist, which is replaced when the new one is whole.
 * @param {{ root: string, node: string, environment: NodeJS.ProcessEnv, abort: AbortSignal, onStart?: (pid: number) => void }} options
 */
export async function buildDashboard({ root, node, environment, abort, onStart }) {
  const { folder, built, building, stamp, command } = filesOf(root);
  const key = keyOf(root);
  clearStamp(stamp);
  // With NODE_ENV=development React would be the slow one.
  const { NODE_ENV: _, ...env } = environment;
  const result = await runGroup(node, [command, 'build', '--outDir', building, '--emptyOutDir'], {
    cwd: folder,
    env,
    abort,
    output: 'capture',
    onStart,
  });
  if (result.code !== 0 || !existsSync(join(building, 'index.html')))
    throw new SetupProblem(
      'the dashboard could not be built: if you changed apps/dashboard or a package that it uses, repair what is named above; else delete node_modules, then run this again.',
      { detail: result.text },
    );
  await compressFiles(building);
  abort.throwIfAborted();
  replaceDirectory(building, built);
  writeStamp(stamp, key);
}
