import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseJobText, type Plan } from '@massif/contracts';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Output } from '../output.ts';
import type { Client } from '@massif/sdk';
import { lastLine, readMainJob, runMainJob, summary, whatIsLeft } from './main-job.ts';

const succeeded = {
  id: 'job_1',
  state: 'succeeded',
  reason: null,
  progress: { step: 400, steps: 400, loss: 4.1, evaluationLoss: 4.5678, tokens: 1, tokensPerSecond: 990, etaSeconds: 0 },
  plan: { tokensPerSecond: 1000 } as Plan,
  result: { model: '/home/jobs/job_1/model', checkpoint: null, sample: 'the whale\nwas' },
} as const;

it('a main job with a data file of this machine goes on where an earlier start left it', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'massif-main-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  const text = (data: string) => `kind: train
name: mine
model: { preset: gpt2 }
data: { text: [${data}] }
training: { steps: 3, globalBatch: 2, sequence: 8, optimizer: { learningRate: 1e-3 } }
`;
  const file = join(directory, 'mine.yaml');
  writeFileSync(file, text('a.txt'));
  writeFileSync(join(directory, 'a.txt'), 'Call me Ishmael.');
  const mainJob = await readMainJob(file);
  const earlier = { id: 'job_1', state: 'succeeded', spec: parseJobText(text('upload:mine')), result: { model: '/m', checkpoint: '/c' } };
  const submitted: unknown[] = [];
  const client = {
    uploads: { find: async () => ({ reference: 'upload:mine' }) },
    jobs: {
      list: async () => ({ items: [earlier] }),
      get: async () => earlier,
      submit: async (spec: unknown) => {
        submitted.push(spec);
        return { id: 'job_2' };
      },
    },
  } as unknown as Client;
  const ids: string[] = [];
  const output: Output = { json: true, print: () => {}, line: () => {}, note: () => {} };
  const { signal } = new AbortController();
  expect(await runMainJob(mainJob, { client, output, signal, onJob: (id) => ids.push(id) })).toBe(0);
  expect([ids, submitted]).toEqual([['job_1'], []]);
});

describe('the end of the main job', () => {
  it('is the line that scripts rely on', () => {
    expect(lastLine(succeeded)).toBe('massif: job job_1 succeeded, model at /home/jobs/job_1/model');
    const reason = { code: 'nan_loss', message: 'The loss is not finite' };
    expect(lastLine({ ...succeeded, state: 'failed', reason })).toBe('massif: job job_1 failed: nan_loss');
    expect(lastLine({ ...succeeded, state: 'cancelled' })).toBe('massif: job job_1 failed: cancelled');
  });

  it('says where everything is, and what the model writes', () => {
    expect(summary(succeeded, '/home/jobs/job_1/attempt-1/step-400')).toEqual([
      '  held-out loss  4.5678',
      '  speed          990 tokens/s, 1,000 planned (99 %)',
      '  checkpoint     /home/jobs/job_1/attempt-1/step-400',
      '  model          /home/jobs/job_1/model (Hugging Face format)',
      '  it writes      "the whale\\nwas"',
    ]);
  });

  it('says why it failed', () => {
    const reason = { code: 'nan_loss', message: 'The loss is not finite' };
    expect(summary({ ...succeeded, state: 'failed', reason, progress: null, plan: null, result: null }, null)).toEqual([
      '  The loss is not finite',
    ]);
  });
});

describe('a product that stops', () => {
  /** Newest first, as the API lists them. */
  const jobs = (state: string, steps: number[]) => ({
    jobs: {
      get: async () => ({ state }),
      checkpoints: async () => ({ items: steps.map((step) => ({ step })) }),
    } as unknown as Client['jobs'],
  });

  it('says where its main job goes on, when it does', async () => {
    expect(await whatIsLeft(jobs('running', [200, 230, 100]), 'job_1', 'npm start')).toBe('stopped; npm start goes on from step 200');
    expect(await whatIsLeft(jobs('launching', []), 'job_1', 'npm start')).toBe('stopped; npm start goes on from the beginning');
    expect(await whatIsLeft(jobs('succeeded', [400]), 'job_1', 'npm start')).toBeUndefined();
  });
});
