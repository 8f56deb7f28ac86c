import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '@massif/contracts';

/** A file of a checkpoint; `path` is relative to its directory. */
export interface CheckpointFile {
  path: string;
  bytes: number;
  sha256: string;
}

/** Written last: a directory without a manifest is not a checkpoint. */
export interface CheckpointManifest {
  format: 'massif-checkpoint';
  version: 1;
  /** Optimizer steps done. */
  step: number;
  /** Training tokens seen. */
  tokens: number;
  /** Hash of what must be the same for a resumed run to follow the same curve. */
  fingerprint: string;
  files: CheckpointFile[];
}

const manifestName = 'manifest.json';

/** Hashes the files just written and writes the manifest beside them. */
export async function writeManifest(
  directory: string,
  content: Pick<CheckpointManifest, 'step' | 'tokens' | 'fingerprint'>,
  files: readonly string[],
): Promise<CheckpointManifest> {
  const manifest: CheckpointManifest = {
    format: 'massif-checkpoint',
    version: 1,
    ...content,
    files: await Promise.all(files.map((path) => describeFile(directory, path))),
  };
  await writeFile(join(directory, manifestName), `${JSON.stringify(manifest, null, 2)}\n`, { mode: 0o600, flush: true });
  return manifest;
}

/**
 * Reads and verifies a checkpoint's manifest.
 * @throws AppError `checkpoint_invalid` when it is missing, malformed, or a file is not what the manifest says.
 */
export async function readManifest(directory: string): Promise<CheckpointManifest> {
  const invalid = (why: string, cause?: unknown) =>
    new AppError('checkpoint_invalid', `the checkpoint ${directory} cannot be used: ${why}`, { cause });
  let manifest: CheckpointManifest;
  try {
    manifest = JSON.parse(await readFile(join(directory, manifestName), 'utf8')) as CheckpointManifest;
  } catch (cause) {
    throw invalid('its manifest cannot be read', cause);
  }
  if (manifest.format !== 'massif-checkpoint' || manifest.version !== 1) throw invalid('its format is not known to this version');
  for (const expected of manifest.files) {
    const found = await describeFile(directory, expected.path).catch((cause: unknown) => {
      throw invalid(`${expected.path} cannot be read`, cause);
    });
    if (found.bytes !== expected.bytes || found.sha256 !== expected.sha256) throw invalid(`${expected.path} was changed or cut short`);
  }
  return manifest;
}

async function describeFile(directory: string, path: string): Promise<CheckpointFile> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(join(directory, path))) hash.update(chunk as Buffer);
  return { path, bytes: (await stat(join(directory, path))).size, sha256: hash.digest('hex') };
}
