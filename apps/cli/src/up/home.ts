import { chmodSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { AppError } from '@massif/contracts';
import { makeDirectory, replaceFile } from '@massif/processes';

/** Where the control plane of an installation is, for every `massif` command that talks to it. */
export interface ControlPlaneAddress {
  url: string;
}

const addressFile = (home: string) => join(home, 'control-plane.json');

/** Log of a process of the product: HOME/logs/NAME.log. */
export const logFile = (home: string, name: string) => join(home, 'logs', `${name}.log`);

/** Makes the directories of an installation, for the owner only. @throws AppError `invalid_spec` when that is not possible there */
export function prepareHome(home: string): void {
  try {
    const directories = [home, join(home, 'logs'), join(home, 'run')];
    // All of them first: a file that somebody took for a directory keeps its mode.
    for (const directory of directories) makeDirectory(directory);
    for (const directory of directories) chmodSync(directory, 0o700);
  } catch (cause) {
    const { code, path } = cause as NodeJS.ErrnoException;
    const where = path === undefined || path === home ? '' : ` at ${path}`;
    throw new AppError(
      'invalid_spec',
      `MASSIF_HOME: ${home} cannot be used (${code}${where}); set it to a directory that you may write to`,
      {
        cause,
      },
    );
  }
}

export function writeAddress(home: string, address: ControlPlaneAddress): void {
  replaceFile(addressFile(home), JSON.stringify(address));
}

/** Undefined when no control plane runs for this installation. */
export function readAddress(home: string): ControlPlaneAddress | undefined {
  try {
    const { url } = JSON.parse(readFileSync(addressFile(home), 'utf8')) as Partial<ControlPlaneAddress>;
    return typeof url === 'string' ? { url } : undefined;
  } catch {
    return undefined;
  }
}

/** Without it nobody sends this installation's token to whatever listens on that port later. */
export function removeAddress(home: string): void {
  rmSync(addressFile(home), { force: true });
}

/** Token of the administrator of this installation; the API makes and keeps it. */
export function readAdminToken(home: string): string | undefined {
  try {
    return readFileSync(join(home, 'admin.token'), 'utf8').trim() || undefined;
  } catch {
    return undefined;
  }
}
