import type { ClusterNode, JobPace } from '@massif/store';
import { describe, expect, it } from 'vitest';
import { createUsageAverage } from './average.ts';
import { usageOf } from './cluster-usage.ts';

const node = (name: string, heldBy: (string | null)[]): ClusterNode => ({
  id: `node_${name}`,
  name,
  rack: null,
  state: 'ready',
  cores: 8,
  memoryBytes: 1,
  profiles: {},
  createdAt: new Date(0),
  seenAt: new Date(0),
  devices: heldBy.map((holder, index) => ({
    id: `dev_${name}${index}`,
    nodeId: `node_${name}`,
    index,
    type: 'cpu',
    memoryBytes: 1,
    healthy: true,
    healthSince: new Date(0),
    heldBy: holder,
  })),
});
const pace = (jobId: string, change: Partial<JobPace> = {}): JobPace => ({
  jobId,
  plannedMfu: 0.4,
  plannedTokensPerSecond: 1000,
  tokensPerSecond: 1000,
  ...change,
});

describe('what is written down of use', () => {
  const nodes = [node('a', ['job_1', 'job_1', null]), node('b', ['job_2'])];
  const measured = new Map([['a', { busy: [1, 0.8, 0], memoryBytes: [5, 5, 0] }]]);
  const of = (paces: JobPace[], seen = measured) => usageOf({ nodes, measured: seen, paces, queued: 9 });

  it('counts devices and jobs, and adds up what was measured', () => {
    const { cluster, nodes: perNode } = of([pace('job_1'), pace('job_2', { tokensPerSecond: null })]);
    expect(cluster).toEqual({ devices: 4, allocated: 3, busy: 1.8, useful: 0.8, queued: 9, running: 2 });
    expect(perNode).toEqual([{ nodeId: 'node_a', busy: [1, 0.8, 0], memoryBytes: [5, 5, 0] }]);
  });

  it('holds a job to be as useful as its measured speed says, and no more than its devices were busy', () => {
    expect(of([pace('job_1', { tokensPerSecond: 500 })]).cluster.useful).toBeCloseTo(0.4);
    expect(of([pace('job_1', { tokensPerSecond: 9000 })]).cluster.useful).toBeCloseTo(1.8);
    expect(of([pace('job_2', { tokensPerSecond: 9000 })]).cluster.useful).toBe(1);
  });

  it('does not know what nobody measured', () => {
    expect(of([], new Map()).cluster).toMatchObject({ busy: null, useful: 0 });
    expect(of([pace('job_1', { plannedMfu: null })]).cluster.useful).toBeNull();
  });
});

it('averages of what was known, and begins anew', () => {
  const average = createUsageAverage();
  average.add([{ name: 'a', busy: [0.5, null, null], memoryBytes: [100] }]);
  average.add([{ name: 'a', busy: [1, 0.25, null], memoryBytes: [300] }]);
  expect(average.take()).toEqual(new Map([['a', { busy: [0.75, 0.25, null], memoryBytes: [200] }]]));
  expect(average.take()).toEqual(new Map());
});
