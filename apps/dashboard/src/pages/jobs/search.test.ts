import type { JobSummary } from '@massif/contracts';
import { describe, expect, it } from 'vitest';
import { hasGroup, isFiltered, matches, parseJobsSearch, toggleGroup } from './search.ts';

const job = { id: 'job_01ABC', name: 'Moby Dick', kind: 'train', queue: 'default', state: 'running' } as JobSummary;

describe('the address of a list', () => {
  it('opens whatever it holds', () => {
    expect(parseJobsSearch({ state: 'running,queued,nonsense', kind: 'x', queue: 7, search: '', order: 'up' })).toEqual({
      state: 'queued,running',
      queue: '7',
    });
    expect(parseJobsSearch({ state: ['failed'], order: 'oldest' })).toEqual({ order: 'oldest' });
    expect(isFiltered(parseJobsSearch({ order: 'oldest' }))).toBe(false);
  });

  it('gains and loses states by the group', () => {
    const waiting = toggleGroup({ search: 'a' }, 'waiting');
    expect(waiting).toEqual({ search: 'a', state: 'submitted,planned,queued' });
    const both = toggleGroup(waiting, 'failed');
    expect([hasGroup(both, 'waiting'), hasGroup(both, 'failed'), hasGroup(both, 'running')]).toEqual([true, true, false]);
    expect(toggleGroup(toggleGroup(both, 'waiting'), 'failed')).toEqual({ search: 'a', state: undefined });
  });
});

describe('a job', () => {
  it.each([
    [{}, true],
    [{ state: 'queued,running' }, true],
    [{ state: 'failed' }, false],
    [{ search: 'moby' }, true],
    [{ search: '01abc' }, true],
    [{ search: 'white whale' }, false],
    [{ queue: 'gpu' }, false],
    [{ kind: 'train', queue: 'default', search: 'DICK' }, true],
  ] as const)('belongs into the list of %j: %s', (search, belongs) => {
    expect(matches(search, job)).toBe(belongs);
  });
});
