import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { newId } from '@massif/contracts';
import { expect, it, onTestFinished } from 'vitest';
import { readLocalSpec } from './local-spec.ts';

it('the model of a job is what it left in this installation, or an error that names the field', async () => {
  const home = mkdtempSync(join(tmpdir(), 'massif-model-'));
  onTestFinished(() => rmSync(home, { recursive: true, force: true }));
  const read = (model: object) => {
    const file = join(home, 'next.json');
    const training = { steps: 1, globalBatch: 1, sequence: 8, optimizer: { learningRate: 1 } };
    writeFileSync(file, JSON.stringify({ kind: 'train', model, data: { text: ['a.txt'] }, training }));
    return readLocalSpec(file, home);
  };
  const job = newId('job');
  const path = join(home, 'jobs', job, 'model');
  await expect(read({ job })).rejects.toMatchObject({ code: 'model_not_found', context: { path: 'model.job' } });
  mkdirSync(path, { recursive: true });
  writeFileSync(join(path, 'config.json'), '{}');
  expect(await read({ job })).toMatchObject({ name: 'next', model: { path } });
  expect((await read({ preset: 'gpt2' })).model).toEqual({ preset: 'gpt2' });
});
