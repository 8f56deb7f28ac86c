import type { DeviceRef, NodeInventory } from '../port.ts';
import { between, exponential, seedOf, uniform } from './random.ts';

/** Of each device. */
export const deviceMemoryBytes = 80e9;
/** A node of eight A100, as their makers sell it. */
const nodeShape = { cores: 128, memoryBytes: 2 * 2 ** 40, devices: 8, deviceType: 'a100' };

const [rackMin, rackMax] = [8, 16];
const hourMs = 3_600_000;
/** In each window a node is away at most once. */
const windowMs = 8 * hourMs;
/** A node fails every hundred hours and is back within the hour. */
const outageShare = windowMs / (100 * hourMs);
const outageMs = [6 * 60_000, 55 * 60_000] as const;
/** Devices that are too hot, or whose link has errors, for some hours. */
const stragglerShare = 0.0012;

/** Nodes by rack, of unequal racks: the same for the same seed and number. */
export function machines(seed: number, count: number): NodeInventory[] {
  const nodes: NodeInventory[] = [];
  const { cores, memoryBytes, devices, deviceType } = nodeShape;
  for (let rack = 1; nodes.length < count; rack++) {
    const size = Math.floor(between(seedOf(seed, 'rack', rack), rackMin, rackMax + 1));
    for (let place = 1; place <= size && nodes.length < count; place++)
      nodes.push({
        name: `r${String(rack).padStart(3, '0')}-n${String(place).padStart(2, '0')}`,
        rack: `r${String(rack).padStart(3, '0')}`,
        cores,
        memoryBytes,
        devices: Array.from({ length: devices }, (_, index) => ({ index, type: deviceType, memoryBytes: deviceMemoryBytes })),
      });
  }
  return nodes;
}

export interface Outage {
  beginMs: number;
  endMs: number;
}

/** When a node is away between two times, in order. */
export function outagesOf(seed: number, node: string, fromMs: number, toMs: number): Outage[] {
  const outages: Outage[] = [];
  // One that begins in the window before may last into the first.
  for (let window = Math.floor(fromMs / windowMs) - 1; window <= Math.floor(toMs / windowMs); window++) {
    const chance = seedOf(seed, 'outage', node, window);
    if (uniform(chance) >= outageShare) continue;
    const beginMs = (window + uniform(chance, 1)) * windowMs;
    const endMs = beginMs + Math.min(outageMs[1], outageMs[0] + exponential(chance + 2, 15 * 60_000));
    if (endMs > fromMs && beginMs <= toMs) outages.push({ beginMs, endMs });
  }
  return outages;
}

/** Until when a node is away at this time; undefined when it is there. */
export function awayUntil(seed: number, node: string, atMs: number): number | undefined {
  return outagesOf(seed, node, atMs, atMs).at(-1)?.endMs;
}

/** How many times as long everything takes on this device at this time; 1 for almost all of them. */
export function slownessOf(seed: number, node: string, device: number, atMs: number): number {
  const chance = seedOf(seed, 'slow', node, device, Math.floor(atMs / windowMs));
  return uniform(chance) < stragglerShare ? 1.15 + 0.5 * uniform(chance, 1) : 1;
}

/** Of every node that was asked for, until the next window begins. */
const known = new Map<string, { window: number; slowness: readonly number[] }>();

/** The same for all devices of a node. Asked for each of them every second, and the same for hours. */
export function nodeSlowness(seed: number, node: string, atMs: number): readonly number[] {
  const key = `${seed} ${node}`;
  const window = Math.floor(atMs / windowMs);
  const before = known.get(key);
  if (before?.window === window) return before.slowness;
  const slowness = Array.from({ length: nodeShape.devices }, (_, index) => slownessOf(seed, node, index, atMs));
  known.set(key, { window, slowness });
  return slowness;
}

/** The same for a gang, which is as slow as the slowest of its devices. */
export function gangSlowness(seed: number, devices: readonly DeviceRef[]): (atMs: number) => number {
  return (atMs) => devices.reduce((slowest, { node, index }) => Math.max(slowest, nodeSlowness(seed, node, atMs)[index] ?? 1), 1);
}
