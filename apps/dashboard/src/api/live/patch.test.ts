import type { JobSummary, List } from '@massif/contracts';
import { describe, expect, it } from 'vitest';
import { patchJobs } from './patch.ts';

const job = (id: string, fields: Partial<JobSummary> = {}): JobSummary => ({
  id,
  name: id,
  kind: 'train',
  project: 'default',
  queue: 'default',
  state: 'running',
  reason: null,
  attempt: 1,
  createdAt: '2026-01-31T12:34:56.789Z',
  startedAt: null,
  endedAt: null,
  progress: null,
  model: 'gpt2',
  devices: 1,
  ...fields,
});

const list: List<JobSummary> = { items: [job('a'), job('b'), job('c')], nextCursor: null, total: 3 };

describe('a list of jobs', () => {
  it('shows what changed in the same places, and keeps the rows that did not', () => {
    const { list: patched, unknown } = patchJobs(list, [job('b', { attempt: 2 })]);
    expect(patched.items.map(({ id, attempt }) => [id, attempt])).toEqual([
      ['a', 1],
      ['b', 2],
      ['c', 1],
    ]);
    expect(patched.items[0]).toBe(list.items[0]);
    expect(unknown).toBe(false);
  });

  it('is asked for again when a job came that may belong into it', () => {
    expect(patchJobs(list, [job('d')])).toMatchObject({ list, unknown: true });
  });

  it('is asked for again when a job in it changed its state, and may belong into it no longer', () => {
    expect(patchJobs(list, [job('c', { state: 'succeeded' })]).unknown).toBe(true);
  });
});
