import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The checkout this file belongs to, or the package that was made of one. */
export const checkout = resolve(fileURLToPath(new URL('../..', import.meta.url)));

/** Whether the product is not run from source but as what `npm pack` made of it, which needs a Node and no more. */
export const isPackage = !existsSync(join(checkout, 'pnpm-workspace.yaml'));

/** The `massif` command: TypeScript, or in a package plain JavaScript. */
export const massifEntry = join(checkout, isPackage ? 'dist/apps/cli/src/main.js' : 'apps/cli/src/main.ts');

/**
 * What set-up remembers about a checkout. It lies in node_modules so that deleting that directory forgets it too.
 * @param {string} root the checkout
 */
export function setupDirectory(root) {
  return join(root, 'node_modules', '.massif');
}

/**
 * The user's cache directory, shared by all checkouts; the only place outside the checkout that is written to.
 * @param {NodeJS.ProcessEnv} environment
 */
export function cacheDirectory(environment) {
  return join(environment.XDG_CACHE_HOME || join(environment.HOME || homedir(), '.cache'), 'massif');
}
