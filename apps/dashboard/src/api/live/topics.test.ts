import { newId } from '@massif/contracts';
import { describe, expect, it } from 'vitest';
import { createTopics } from './topics.ts';

const job = newId('job');
const logs = (...seqs: number[]) => ({ event: 'logs' as const, data: { job, items: seqs.map((seq) => ({ seq }) as never) } });

describe('topics', () => {
  it('are asked for once, for as long as somebody uses them', () => {
    const topics = createTopics();
    expect(topics.add({ kind: 'jobs' })).toBe(true);
    expect(topics.add({ kind: 'jobs' })).toBe(false);
    expect(topics.add({ kind: 'job', job })).toBe(true);
    expect(topics.list()).toEqual([{ kind: 'job', job }, { kind: 'jobs' }]);
    expect(topics.remove({ kind: 'jobs' })).toBe(false);
    expect(topics.remove({ kind: 'jobs' })).toBe(true);
    expect(topics.remove({ kind: 'jobs' })).toBe(false);
    expect(topics.list()).toEqual([{ kind: 'job', job }]);
  });

  it('resume a series behind what has come', () => {
    const topics = createTopics();
    topics.add({ kind: 'logs', job, after: 10 });
    topics.advance(logs(11, 12));
    topics.advance(logs(5));
    topics.advance({ event: 'metrics', data: { job, items: [] } });
    expect(topics.list()).toEqual([{ kind: 'logs', job, after: 12 }]);
  });

  it('go back for who needs an earlier place, and not for who needs a later one', () => {
    const topics = createTopics();
    topics.add({ kind: 'logs', job, after: 10 });
    topics.advance(logs(11));
    expect(topics.add({ kind: 'logs', job, after: 20 })).toBe(false);
    expect(topics.list()).toEqual([{ kind: 'logs', job, after: 11 }]);
    expect(topics.add({ kind: 'logs', job, after: 3 })).toBe(true);
    expect(topics.list()).toEqual([{ kind: 'logs', job, after: 3 }]);
  });

  it('do not ask for a series again that is over, and begin anew where it was reset', () => {
    const topics = createTopics();
    topics.add({ kind: 'logs', job, after: 10 });
    topics.advance({ event: 'reset', data: { job, series: 'logs', oldest: 4 } });
    expect(topics.list()).toEqual([{ kind: 'logs', job, after: 3 }]);
    topics.advance({ event: 'ended', data: { job, series: 'logs', state: 'succeeded' } });
    expect(topics.list()).toEqual([]);
    expect(topics.remove({ kind: 'logs', job, after: 0 })).toBe(false);
    // Somebody comes back: from the beginning again.
    expect(topics.add({ kind: 'logs', job, after: 0 })).toBe(true);
    expect(topics.list()).toEqual([{ kind: 'logs', job, after: 0 }]);
  });

  it('are no more than one connection takes', () => {
    const topics = createTopics();
    for (let count = 0; count < 30; count++) topics.add({ kind: 'job', job: newId('job') });
    expect(topics.list()).toHaveLength(20);
  });
});
