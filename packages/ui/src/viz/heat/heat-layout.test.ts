import type { HeatNode } from '@massif/contracts';
import { expect, test } from 'vitest';
import { deviceAt, layoutHeat, neighbour } from './heat-layout.ts';

function cluster(count: number, { devices = 8, perRack = 8 }: { devices?: number; perRack?: number | null } = {}): HeatNode[] {
  return Array.from({ length: count }, (_, index) => ({
    name: `n${index}`,
    rack: perRack === null ? null : `r${Math.floor(index / perRack)}`,
    state: 'ready' as const,
    type: 'H100',
    devices,
  }));
}

const desk = { width: 1200, heightMax: 640 };
const phone = { width: 358, heightMax: 640 };

test.each([
  ['one device', cluster(1, { devices: 1, perRack: null }), desk],
  ['8,000 devices', cluster(1000), desk],
  ['8,000 devices on a phone', cluster(1000), phone],
  ['8,000 devices without racks on a phone', cluster(1000, { perRack: null }), phone],
  ['nodes of 16', cluster(40, { devices: 16 }), phone],
])('%s: cells lie within the width and never on one another', (_, nodes, room) => {
  const layout = layoutHeat(nodes, room);
  expect(layout.width).toBeLessThanOrEqual(room.width);
  const taken = new Set<string>();
  for (let index = 0; index < layout.x.length; index += 1) {
    expect(layout.x[index]! + layout.cell).toBeLessThanOrEqual(layout.width + 0.01);
    expect(layout.y[index]! + layout.cell).toBeLessThanOrEqual(layout.height + 0.01);
    taken.add(`${layout.x[index]},${layout.y[index]}`);
  }
  expect(taken.size).toBe(nodes.reduce((sum, { devices }) => sum + devices, 0));
});

test('cells are as large as the room allows', () => {
  expect(layoutHeat(cluster(1), desk).cell).toBe(28);
  expect(layoutHeat(cluster(1000), desk).cell).toBeLessThan(layoutHeat(cluster(200), desk).cell);
  expect(layoutHeat(cluster(1000), phone).cell).toBe(6);
});

test('finds each device at its place, and none beside the map', () => {
  const layout = layoutHeat(cluster(200), desk);
  for (let index = 0; index < layout.x.length; index += 7) {
    expect(deviceAt(layout, layout.x[index]! + layout.cell / 2, layout.y[index]! + layout.cell / 2)).toBe(index);
  }
  // Between two nodes.
  expect(deviceAt(layout, layout.x[9]!, layout.y[9]! - 1)).toBe(1);
  expect(deviceAt(layout, layout.width + 40, 10)).toBe(-1);
  expect(deviceAt(layout, layout.x[0]! + 1, 1)).toBe(-1);
});

test('a node with few devices has nothing at its empty places', () => {
  const [first, second] = [cluster(1, { devices: 8 }), cluster(1, { devices: 3 })];
  const layout = layoutHeat([...first, ...second], desk);
  expect(deviceAt(layout, layout.x[5]! + 2, layout.y[10]! + 2)).toBe(-1);
});

test('arrow keys walk along a node, to the next rack, and down to the next node', () => {
  const layout = layoutHeat(cluster(32), desk);
  expect(neighbour(layout, 0, 'right')).toBe(1);
  expect(neighbour(layout, 1, 'left')).toBe(0);
  expect(neighbour(layout, 0, 'left')).toBe(0);
  expect(neighbour(layout, 7, 'right')).toBe(64);
  expect(neighbour(layout, 3, 'down')).toBe(11);
  expect(neighbour(layout, 11, 'up')).toBe(3);
});
