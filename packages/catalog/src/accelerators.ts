import accelerator from './data/accelerators.json' with { type: 'json' };
import clusterRows from './data/clusters.json' with { type: 'json' };
import linkRows from './data/links.json' with { type: 'json' };
import priceRows from './data/prices.json' with { type: 'json' };
import { lookup } from './lookup.ts';
import type { Accelerator, Cluster, Link, Price } from './schema.ts';

export const accelerators: readonly Accelerator[] = accelerator.rows;

/** Where the facts about accelerators come from. */
export const acceleratorSources: readonly string[] = accelerator.sources;

export const links: readonly Link[] = linkRows as Link[];
export const prices: readonly Price[] = priceRows;
export const clusters: readonly Cluster[] = clusterRows;

/**
 * An accelerator by name or alias, whatever its case: `h100`, `A100-80GB SXM`.
 * @throws AppError `device_unavailable` with the nearest name
 */
export function findAccelerator(name: string): Accelerator {
  return lookup({ entries: accelerators, name, noun: 'accelerator', code: 'device_unavailable', path: 'resources.deviceType' });
}

/** Known prices of an accelerator, cheapest first; empty when nobody named one. @throws AppError as `findAccelerator` */
export function pricesOf(name: string): Price[] {
  const wanted = findAccelerator(name).name;
  return prices.filter((price) => findAccelerator(price.accelerator).name === wanted).toSorted((a, b) => a.usdPerHour - b.usdPerHour);
}
