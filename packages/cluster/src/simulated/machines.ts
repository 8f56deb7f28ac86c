import type { NodeInventory } from '../port.ts';
import { between, exponential, seedOf, uniform } from './random.ts';

/** A node of eight H100, as its makers sell it. */
const nodeShape = { cores: 224, memoryBytes: 2 * 2 ** 40, devices: 8, deviceType: 'h100', deviceMemoryBytes: 80e9 };

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
  const { cores, memoryBytes, devices, deviceType, deviceMemoryBytes } = nodeShape;
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

/** Until when a node is away at this time; undefined when it is there. */
export function awayUntil(seed: number, node: string, atMs: number): number | undefined {
  const window = Math.floor(atMs / windowMs);
  // One that begins in the window before may last into this one.
  for (const index of [window - 1, window]) {
    const chance = seedOf(seed, 'outage', node, index);
    if (uniform(chance) >= outageShare) continue;
    const beginMs = (index + uniform(chance, 1)) * windowMs;
    const endMs = beginMs + Math.min(outageMs[1], outageMs[0] + exponential(chance + 2, 15 * 60_000));
    if (atMs >= beginMs && atMs < endMs) return endMs;
  }
  return undefined;
}

/** How many times as long everything takes on this device at this time; 1 for almost all of them. */
export function slownessOf(seed: number, node: string, device: number, atMs: number): number {
  const chance = seedOf(seed, 'slow', node, device, Math.floor(atMs / windowMs));
  return uniform(chance) < stragglerShare ? 1.15 + 0.5 * uniform(chance, 1) : 1;
}
