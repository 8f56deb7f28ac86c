import type { HeatNode } from '@massif/contracts';
import { createHeatData } from '@massif/ui';
import { expect, it } from 'vitest';
import { nodeUse, placesOf } from './heat.ts';

const node = (name: string, devices: number): HeatNode => ({ name, rack: null, state: 'ready', type: 'cpu', devices });

function twoNodes() {
  const heat = createHeatData((run) => run());
  heat.apply({
    nodes: [node('a', 2), node('b', 3)],
    index: null,
    state: [0, 1, 1, 2, 0],
    busy: [0, 50, 100, null, null],
    memory: [1, 2, 3, 4, null],
  });
  return heat;
}

it('says where the devices of each node begin, until nodes come or go', () => {
  const heat = twoNodes();
  const places = placesOf(heat);
  expect(places.map(({ name, first }) => [name, first])).toEqual([
    ['a', 0],
    ['b', 2],
  ]);
  heat.apply({ nodes: null, index: [0], state: [1], busy: [1], memory: [1] });
  expect(placesOf(heat)).toBe(places);
});

it('averages the devices of a node over those that are measured', () => {
  const heat = twoNodes();
  const [a, b] = placesOf(heat);
  expect(nodeUse(heat, b!)).toEqual({ allocated: 1, unhealthy: 1, busy: 1, memory: 0.035 });
  expect(nodeUse(heat, a!)).toEqual({ allocated: 1, unhealthy: 0, busy: 0.25, memory: 0.015 });
});
