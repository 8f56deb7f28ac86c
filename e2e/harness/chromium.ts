import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import chromiumPackage from '@sparticuz/chromium';

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

/** In containers there is no GPU and no sandbox; the rest keeps it from talking to anybody. */
const switches = ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update', '--no-first-run'];

export interface Chromium {
  path: string;
  switches: string[];
}

/**
 * A Chromium: the one on PATH, else Debian's, which is installed when that is possible here, else the one of an npm package.
 * @throws Error with what each of them said
 */
export async function findChromium(): Promise<Chromium> {
  const path = onPath() ?? (installDebians() ? onPath() : undefined);
  if (path !== undefined) return { path, switches };
  return { path: await chromiumPackage.executablePath(), switches: [...new Set([...chromiumPackage.args, ...switches])] };
}

function onPath(): string | undefined {
  const directories = (process.env.PATH ?? '').split(delimiter).filter(Boolean);
  return names.flatMap((name) => directories.map((directory) => join(directory, name))).find((path) => existsSync(path));
}

function installDebians(): boolean {
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) return false;
  const environment = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const run = (...words: string[]) => spawnSync('apt-get', ['-q', '-y', ...words], { env: environment, stdio: 'ignore' }).status === 0;
  return run('update') && run('install', '--no-install-recommends', 'chromium');
}
