import { lstatSync, readFileSync, symlinkSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { AppError } from '@massif/contracts';

/**
 * Makes the links between PostgreSQL's libraries that npm cannot deliver. The package's install script does the same, but npm
 * from version 12 on runs such a script only if it was allowed by name.
 * @param directory of the package `name`; its `native/pg-symlinks.json` says `{ source, target }`, `target` being the link
 * @throws AppError `service_unavailable` where nothing may be written
 */
export function makeLinks(directory: string, name: string): void {
  let links: { source: string; target: string }[];
  try {
    links = JSON.parse(readFileSync(join(directory, 'native', 'pg-symlinks.json'), 'utf8')) as typeof links;
  } catch {
    // This platform needs none.
    return;
  }
  for (const { source, target } of links) {
    const link = join(directory, target);
    if (lstatSync(link, { throwIfNoEntry: false })) continue;
    try {
      symlinkSync(relative(dirname(target), source), link);
    } catch (cause) {
      // Another process has just made it.
      if ((cause as NodeJS.ErrnoException).code === 'EEXIST') continue;
      throw new AppError(
        'service_unavailable',
        `PostgreSQL cannot be used: its install script was not run and ${dirname(link)} cannot be written to; install Massif again with --allow-scripts=${name}, or set DATABASE_URL to a server of yours`,
        { cause },
      );
    }
  }
}
