import { heat as heatStates } from '@massif/ui';
import { expect, it } from 'vitest';
import type { HeatPlace } from '../../api/live/heat.ts';
import { filterNodes, formatDevicePlace, parseDevicePlace, placeInHeat, troubledFirst } from './device-place.ts';

const node = (name: string, first: number, devices: number, rack: string | null = null): HeatPlace => ({
  name,
  rack,
  state: 'ready',
  type: 'h100',
  devices,
  first,
});
const heat = { nodes: [node('a', 0, 2, 'r1'), node('b:1', 2, 8)] };

it('names a device as addresses have it, and reads that', () => {
  expect(parseDevicePlace(formatDevicePlace({ node: 'b:1', index: 7 }))).toEqual({ node: 'b:1', index: 7 });
  for (const text of [undefined, '', 'a', 'a:', ':1', 'a:x']) expect(parseDevicePlace(text)).toBeUndefined();
});

it('finds a device in the map', () => {
  expect(placeInHeat(heat, { node: 'b:1', index: 7 })).toBe(9);
  expect(placeInHeat(heat, { node: 'a', index: 2 })).toBeUndefined();
  expect(placeInHeat(heat, { node: 'c', index: 0 })).toBeUndefined();
});

it('finds nodes by name, rack and type of device', () => {
  const found = (search: string) => filterNodes(heat.nodes, { search }).map(({ name }) => name);
  expect(found('B')).toEqual(['b:1']);
  expect(found('R1')).toEqual(['a']);
  expect(found('h100')).toHaveLength(2);
  expect(filterNodes(heat.nodes, { state: 'unhealthy' })).toEqual([]);
});

it('puts nodes that need a person before the others, which stay as they were', () => {
  const nodes = [
    node('a', 0, 1),
    { ...node('b', 1, 1), state: 'cordoned' as const },
    node('c', 2, 2),
    node('d', 4, 1),
    { ...node('e', 5, 1), state: 'unhealthy' as const },
  ];
  const state = Uint8Array.from([0, 1, 1, heatStates.unhealthy, 0, 0]);
  const { nodes: found, troubled } = troubledFirst({ state }, nodes);
  expect(found.map(({ name }) => name)).toEqual(['e', 'c', 'b', 'a', 'd']);
  expect(troubled).toBe(3);
});
