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
  modelParameters: 124_000_000,
  devices: 1,
  ...fields,
});

const at = (minute: number) => `2026-01-31T12:${String(minute).padStart(2, '0')}:00.000Z`;
const running = { state: ['running', 'recovering'] } as const;
const list: List<JobSummary> = {
  items: [job('a', { createdAt: at(30) }), job('b', { createdAt: at(20) }), job('c', { createdAt: at(10) })],
  nextCursor: null,
  total: 3,
};

describe('a list of jobs', () => {
  it('shows what changed in the same places, and keeps the rows that did not', () => {
    const { list: patched, unknown } = patchJobs(list, running, [job('b', { attempt: 2 }), job('a', { state: 'recovering' })]);
    expect(patched.items.map(({ id, attempt, state }) => [id, attempt, state])).toEqual([
      ['a', 1, 'recovering'],
      ['b', 2, 'running'],
      ['c', 1, 'running'],
    ]);
    expect(patched.items[2]).toBe(list.items[2]);
    expect(unknown).toBe(false);
  });

  it('is asked for again when a job came that belongs into it', () => {
    expect(patchJobs(list, running, [job('d')])).toMatchObject({ list, unknown: true });
    expect(patchJobs(list, {}, [job('d', { state: 'failed' })]).unknown).toBe(true);
  });

  it('is left alone while jobs change that do not belong into it', () => {
    expect(patchJobs(list, running, [job('d', { state: 'queued' })])).toMatchObject({ list, unknown: false });
  });

  it('is asked for again when a job in it belongs into it no longer', () => {
    expect(patchJobs(list, running, [job('c', { state: 'succeeded' })]).unknown).toBe(true);
  });

  it('that shows a part is left alone while jobs change that lie behind', () => {
    const part = { ...list, total: 50 };
    const older = job('d', { createdAt: at(5) });
    const newer = job('d', { createdAt: at(15) });
    expect([older, newer].map((change) => patchJobs(part, running, [change]).unknown)).toEqual([false, true]);
    const oldestFirst = { ...part, items: part.items.toReversed() };
    const latest = job('d', { createdAt: at(40) });
    expect([older, latest].map((change) => patchJobs(oldestFirst, { ...running, order: 'oldest' }, [change]).unknown)).toEqual([
      true,
      false,
    ]);
  });
});
