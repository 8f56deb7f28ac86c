import { mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { flatLayout } from '../parameters/flat.ts';
import { readCheckpoint, writeCheckpoint, type TrainingState } from './checkpoint.ts';

const root = await mkdtemp(join(tmpdir(), 'massif-checkpoint-'));
afterAll(() => rm(root, { recursive: true }));

const layout = flatLayout([
  { name: 'weight', shape: [3, 5] },
  { name: 'bias', shape: [5] },
]);
const progress = { step: 7, tokens: 700, fingerprint: 'abc' };

/** Padding between parameters is not stored, so it stays zero here. */
function someState(): TrainingState {
  const fill = (scale: number) => {
    const buffer = new Float32Array(layout.length);
    for (const { offset, length } of layout.parameters) for (let i = 0; i < length; i++) buffer[offset + i] = scale * (i + 1) + 1e-7;
    return buffer;
  };
  return { parameters: fill(1), firstMoment: fill(0.1), secondMoment: fill(0.01) };
}

it('gives back the same bits', async () => {
  const directory = join(root, 'same');
  const written = await writeCheckpoint(directory, layout, someState(), progress);
  expect(await readCheckpoint(directory, layout, 'abc')).toEqual({ manifest: written, state: someState() });
});

it('refuses a file that was cut short', async () => {
  const directory = join(root, 'cut');
  await writeCheckpoint(directory, layout, someState(), progress);
  await truncate(join(directory, 'first-moment.safetensors'), 40);
  await expect(readCheckpoint(directory, layout, 'abc')).rejects.toMatchObject({
    code: 'checkpoint_invalid',
    message: expect.stringContaining('first-moment') as string,
  });
});

it('refuses a flipped bit', async () => {
  const directory = join(root, 'flip');
  await writeCheckpoint(directory, layout, someState(), progress);
  const file = join(directory, 'parameters.safetensors');
  const bytes = await readFile(file);
  bytes[bytes.length - 1]! ^= 1;
  await writeFile(file, bytes);
  await expect(readCheckpoint(directory, layout, 'abc')).rejects.toMatchObject({ code: 'checkpoint_invalid' });
});

it('refuses a directory without a manifest and a checkpoint of another run', async () => {
  await expect(readCheckpoint(join(root, 'nothing'), layout, 'abc')).rejects.toMatchObject({ code: 'checkpoint_invalid' });
  const directory = join(root, 'other');
  await writeCheckpoint(directory, layout, someState(), progress);
  await expect(readCheckpoint(directory, layout, 'xyz')).rejects.toThrow(/another model, data or optimizer/);
});
