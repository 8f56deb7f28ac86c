import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '@massif/contracts';
import { openSafetensors, writeSafetensors } from '@massif/nn/files';
import type { FlatLayout } from '../parameters/flat.ts';
import { readManifest, writeManifest, type CheckpointManifest } from './manifest.ts';

/** Host copies of the flat buffers; each has `layout.length` elements. */
export interface TrainingState {
  parameters: Float32Array;
  /** AdamW's first and second moments. */
  firstMoment: Float32Array;
  secondMoment: Float32Array;
}

/** One safetensors file per buffer, tensors under the model's names, so that any tool can read them. */
const files: Record<keyof TrainingState, string> = {
  parameters: 'parameters.safetensors',
  firstMoment: 'first-moment.safetensors',
  secondMoment: 'second-moment.safetensors',
};
const kinds = Object.keys(files) as (keyof TrainingState)[];

/**
 * Writes a checkpoint to `directory`, which is a new one for each attempt and step: nothing is ever overwritten, renamed
 * or locked, so network file systems and object stores are fine. The manifest comes last.
 */
export async function writeCheckpoint(
  directory: string,
  layout: FlatLayout,
  state: TrainingState,
  progress: Pick<CheckpointManifest, 'step' | 'tokens' | 'fingerprint'>,
): Promise<CheckpointManifest> {
  // What a killed predecessor with the same attempt left has no manifest and is worth nothing.
  await rm(directory, { recursive: true, force: true });
  await mkdir(directory, { recursive: true, mode: 0o700 });
  for (const kind of kinds) {
    const buffer = state[kind];
    await writeSafetensors(
      join(directory, files[kind]),
      layout.parameters.map(({ name, shape, offset, length }) => ({ name, shape, data: () => buffer.subarray(offset, offset + length) })),
    );
  }
  return writeManifest(directory, progress, Object.values(files));
}

/**
 * Reads a checkpoint into host buffers.
 * @throws AppError `checkpoint_invalid` when it is damaged or belongs to another run (`fingerprint`).
 */
export async function readCheckpoint(
  directory: string,
  layout: FlatLayout,
  fingerprint: string,
): Promise<{ manifest: CheckpointManifest; state: TrainingState }> {
  const manifest = await readManifest(directory);
  if (manifest.fingerprint !== fingerprint) {
    throw new AppError('checkpoint_invalid', `the checkpoint ${directory} belongs to a run with another model, data or optimizer`);
  }
  const state: TrainingState = {
    parameters: new Float32Array(layout.length),
    firstMoment: new Float32Array(layout.length),
    secondMoment: new Float32Array(layout.length),
  };
  for (const kind of kinds) {
    const source = await openSafetensors(join(directory, files[kind]));
    try {
      for (const { name, offset, length } of layout.parameters) await source.read(name, state[kind].subarray(offset, offset + length));
    } finally {
      await source.close();
    }
  }
  return { manifest, state };
}
