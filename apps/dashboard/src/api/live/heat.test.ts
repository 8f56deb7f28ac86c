import type { HeatNode, LiveData } from '@massif/contracts';
import { describe, expect, it } from 'vitest';
import { createHeat, nodeUse, unmeasured } from './heat.ts';

const node = (name: string, devices: number): HeatNode => ({ name, rack: null, state: 'ready', type: 'cpu', devices });
const whole: LiveData<'devices'> = {
  time: '2026-01-31T12:34:56.789Z',
  nodes: [node('a', 2), node('b', 3)],
  index: null,
  state: [0, 1, 1, 2, 0],
  busy: [0, 50, 100, null, null],
  memory: [1, 2, 3, 4, null],
};

describe('the devices', () => {
  it('are laid out by node, and changed in their places', () => {
    const heat = createHeat();
    heat.apply(whole);
    expect(heat.nodes.map(({ name, first }) => [name, first])).toEqual([
      ['a', 0],
      ['b', 2],
    ]);
    heat.apply({ ...whole, nodes: null, index: [4, 1], state: [1, 0], busy: [70, null], memory: [9, 0] });
    expect([...heat.state]).toEqual([0, 0, 1, 2, 1]);
    expect([...heat.busy]).toEqual([0, unmeasured, 100, unmeasured, 70]);
    expect([...heat.memory]).toEqual([1, 0, 3, 4, 9]);
    expect([heat.version, heat.layout]).toEqual([2, 1]);
  });

  it('of a frame for another layout, which a reconnection may still bring, are left out', () => {
    const heat = createHeat();
    heat.apply(whole);
    heat.apply({ ...whole, nodes: null, index: [99], state: [1], busy: [1], memory: [1] });
    expect([...heat.state]).toEqual(whole.state);
  });

  it('tell those who listen, until they do not', () => {
    const heat = createHeat();
    let heard = 0;
    const stop = heat.subscribe(() => heard++);
    heat.apply(whole);
    stop();
    heat.apply(whole);
    expect(heard).toBe(1);
  });

  it('of a node are averaged over those that are measured', () => {
    const heat = createHeat();
    heat.apply(whole);
    expect(nodeUse(heat, heat.nodes[1]!)).toEqual({ allocated: 1, unhealthy: 1, busy: 1, memory: 0.035 });
    expect(nodeUse(heat, heat.nodes[0]!)).toEqual({ allocated: 1, unhealthy: 0, busy: 0.25, memory: 0.015 });
  });
});
