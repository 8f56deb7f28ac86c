import { mkdtemp, rmdir, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { AppError } from '@massif/contracts';

/**
 * Checks that a directory can be made or written to, by making one, for a moment, in the nearest directory that is there.
 * What makes directories with their parents later must not be the first to see a place like /proc: Node tries there without end.
 * @param option what names it, for the error
 * @throws AppError `invalid_spec`
 */
export async function checkWritable(directory: string, option: string): Promise<void> {
  const nearest = await nearestDirectory(resolve(directory));
  try {
    await rmdir(await mkdtemp(join(nearest, '.massif-probe-')));
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    const message = `cannot write to ${directory}: ${reasons[code ?? ''] ?? `${nearest} takes no new directories (${code})`}`;
    const fix = 'name a directory that you may write to';
    throw new AppError('invalid_spec', `${option}: ${message}; ${fix}`, { cause, errors: [{ path: option, message, fix }] });
  }
}

const reasons: Record<string, string> = {
  EACCES: 'permission is denied',
  EPERM: 'permission is denied',
  EROFS: 'its file system is read-only',
  ENOSPC: 'its disk is full',
  EDQUOT: 'its quota is used up',
  ENOTDIR: 'one of its parents is not a directory',
};

/** The path itself or the first of its parents that is there; the root always is. */
async function nearestDirectory(path: string): Promise<string> {
  const parent = dirname(path);
  if (parent === path) return path;
  const found = await stat(path).catch(() => undefined);
  return found ? path : nearestDirectory(parent);
}
