import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** An empty directory and how to remove it. */
export function temporaryDirectory(what: string): { path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), `massif-${what}-`));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}
