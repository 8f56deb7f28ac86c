import type { HeatNode } from '@massif/contracts';
import { expect, test } from 'vitest';
import { createHeatData, notMeasured } from './heat-data.ts';

const node = (name: string, devices: number): HeatNode => ({ name, devices, rack: null, state: 'ready', type: 'H100' });

function cluster() {
  const waiting: (() => void)[] = [];
  const data = createHeatData((run) => waiting.push(run));
  const heard: (readonly number[] | null)[] = [];
  data.subscribe((changed) => heard.push(changed));
  data.apply({
    nodes: [node('a', 2), node('b', 3)],
    index: null,
    state: [0, 1, 1, 2, 0],
    busy: [0, 50, null, 0, 0],
    memory: [0, 80, 10, null, 0],
  });
  const frame = () => waiting.splice(0).forEach((run) => run());
  return { data, heard, frame };
}

test('the first frame is everything', () => {
  const { data, heard, frame } = cluster();
  frame();
  expect(heard).toEqual([null]);
  expect([...data.busy]).toEqual([0, 50, notMeasured, 0, 0]);
  expect([...data.memory]).toEqual([0, 80, 10, notMeasured, 0]);
});

test('later frames say what changed, once a frame', () => {
  const { data, heard, frame } = cluster();
  frame();
  data.apply({ nodes: null, index: [3], state: [0], busy: [7], memory: [9] });
  data.apply({ nodes: null, index: [0, 3], state: [1, 1], busy: [1, 8], memory: [2, 9] });
  frame();
  expect(heard[1]).toEqual([3, 0]);
  expect([...data.state]).toEqual([1, 1, 1, 1, 0]);
  expect(data.busy[3]).toBe(8);
});

test('new nodes change everything, even with a change before in the same frame', () => {
  const { data, heard, frame } = cluster();
  frame();
  data.apply({ nodes: null, index: [1], state: [0], busy: [0], memory: [0] });
  data.apply({ nodes: [node('a', 2)], index: null, state: [0, 0], busy: [0, 0], memory: [0, 0] });
  data.apply({ nodes: null, index: [4], state: [1], busy: [0], memory: [0] });
  frame();
  expect(heard[1]).toBeNull();
  expect(data.state).toHaveLength(2);
});

test('finds the node of a device', () => {
  const { data } = cluster();
  expect([0, 1, 2, 4].map((index) => data.locate(index)).map(({ node: { name }, device }) => name + device)).toEqual([
    'a0',
    'a1',
    'b0',
    'b2',
  ]);
});
