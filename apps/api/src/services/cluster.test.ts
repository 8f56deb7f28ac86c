import type { ClusterNode } from '@massif/store';
import { defaultProfile } from '@massif/planner';
import { expect, it } from 'vitest';
import { planShapes } from './cluster.ts';

const node = (type: string, profiles: ClusterNode['profiles'] = {}): ClusterNode => ({
  id: 'node_1',
  name: 'a',
  rack: null,
  state: 'ready',
  cores: 8,
  memoryBytes: 1,
  profiles,
  createdAt: new Date(0),
  seenAt: new Date(0),
  devices: [{ id: 'dev_1', nodeId: 'node_1', index: 0, type, memoryBytes: 80e9, healthy: true, healthSince: new Date(0), heldBy: null }],
});
const profileOf = (...given: Parameters<typeof node>) => planShapes([node(...given)]).nodes[0]!.devices[0]!.profile;

it('plans with what was measured, else with the data sheet, else with what the planner assumes', () => {
  const measured = { ...defaultProfile(8), source: 'measured' as const };
  expect(profileOf('cpu', { cpu: measured })).toEqual(measured);
  expect(profileOf('h100', { h100: measured })).toEqual(measured);
  expect(profileOf('h100', { h100: { version: 0 } })).toMatchObject({ source: 'default', device: 'H100-80GB SXM' });
  expect(profileOf('H100-80GB SXM')).toEqual(profileOf('h100'));
  expect(profileOf('cpu')).toBeUndefined();
});

it('plans with one node of each shape, of which it knows how many there are', () => {
  const [first, second] = [node('h100'), { ...node('h100'), id: 'node_2' }];
  const smaller = { ...node('h100'), id: 'node_3', cores: 4 };
  const broken = { ...node('h100'), id: 'node_4', devices: first.devices.map((device) => ({ ...device, healthy: false })) };
  const nodes = [first, second, smaller, broken];
  expect(planShapes(nodes).nodes.map(({ id, count, devices }) => [id, count, devices.length])).toEqual([
    ['node_1', 2, 1],
    ['node_3', 1, 1],
    ['node_4', 1, 0],
  ]);
  expect(planShapes(nodes)).toBe(planShapes(nodes));
});
