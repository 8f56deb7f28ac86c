import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { replaceFile } from '@massif/processes';
import type { TokenStore } from '@massif/store';

/**
 * Keeps `HOME/admin.token`, by which the CLI of this machine is an administrator, good: the token in it when it still is, else
 * a new one. Only the owner can read the file. Written aside and renamed, so that nobody reads half of it.
 */
export async function keepAdminToken(home: string, tokens: Pick<TokenStore, 'ensureAdmin'>): Promise<void> {
  const file = join(home, 'admin.token');
  const current = await readFile(file, 'utf8').then(
    (text) => text.trim(),
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return undefined;
      throw error;
    },
  );
  const { token, created } = await tokens.ensureAdmin(current === '' ? undefined : current);
  if (created) replaceFile(file, `${token}\n`);
}
