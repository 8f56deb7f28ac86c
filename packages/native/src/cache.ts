import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';

/**
 * Where compiled libraries live: `$XDG_CACHE_HOME/massif/native`, else `~/.cache/massif/native`.
 * Apps pass their validated environment; packages do not read it.
 */
export function nativeCacheDirectory(environment: { XDG_CACHE_HOME?: string | undefined; HOME?: string | undefined }): string {
  const xdg = environment.XDG_CACHE_HOME;
  const base = xdg && isAbsolute(xdg) ? xdg : join(environment.HOME || homedir(), '.cache');
  return join(base, 'massif', 'native');
}

/** True when `directory` holds a library and the hash written with it, and they agree: not truncated, not corrupt. */
export async function isIntact(directory: string): Promise<boolean> {
  try {
    const [library, sum] = await Promise.all([readFile(join(directory, libraryFile)), readFile(join(directory, sumFile), 'utf8')]);
    return sum === sha256(library);
  } catch {
    return false;
  }
}

export function sha256(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}

export const libraryFile = 'library.so';
export const sumFile = 'library.sha256';
