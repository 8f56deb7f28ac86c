import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { newId, type TrainSpec } from '@massif/contracts';
import { expect, it, onTestFinished } from 'vitest';
import { withModelOfJob } from './job-model.ts';

it('the model of a job is what it left in this installation, or an error that names the field', () => {
  const home = mkdtempSync(join(tmpdir(), 'massif-model-'));
  onTestFinished(() => rmSync(home, { recursive: true, force: true }));
  const job = newId('job');
  const path = join(home, 'jobs', job, 'model');
  const spec = { name: 'next', model: { job } } as TrainSpec;
  expect(() => withModelOfJob(spec, home)).toThrow(
    expect.objectContaining({ code: 'model_not_found', context: { path: 'model.job' } }) as Error,
  );
  mkdirSync(path, { recursive: true });
  writeFileSync(join(path, 'config.json'), '{}');
  expect(withModelOfJob(spec, home)).toEqual({ name: 'next', model: { path } });
  const preset = { ...spec, model: { preset: 'gpt2' } } as TrainSpec;
  expect(withModelOfJob(preset, home)).toEqual(preset);
});
