import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { outsideEnvironment } from './outside.ts';
import type { Place } from './product.ts';

const checkout = fileURLToPath(new URL('../..', import.meta.url));

/** The package of `npm pack`, installed into an empty directory. */
export interface InstalledPackage extends Place {
  /** The unpacked package. */
  root: string;
  /** Where it keeps its state. */
  home: string;
}

/**
 * Packs this checkout and installs the tarball below a directory, for a user with another home. What npm downloads comes from the
 * cache of whoever runs the tests.
 */
export function installPackage(directory: string): InstalledPackage {
  const user = join(directory, 'user');
  const outside = outsideEnvironment(user);
  const setting = (name: string) => execFileSync('npm', ['config', 'get', name], { encoding: 'utf8', cwd: directory }).trim();
  const npm = { ...outside, npm_config_cache: setting('cache'), npm_config_userconfig: setting('userconfig') };
  execFileSync('npm', ['pack', '--pack-destination', directory], { cwd: checkout, env: { ...npm, HOME: process.env.HOME }, stdio: 'pipe' });
  const [tarball = ''] = readdirSync(directory).filter((name) => name.endsWith('.tgz'));
  const app = join(directory, 'app');
  mkdirSync(app);
  execFileSync('npm', ['install', '--no-audit', '--no-fund', join('..', tarball)], { cwd: app, env: npm, stdio: 'pipe' });
  return {
    root: join(app, 'node_modules/massif'),
    home: join(user, '.local/state/massif'),
    command: ['npx', 'massif'],
    cwd: app,
    environment: outside,
  };
}
