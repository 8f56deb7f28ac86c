import type { Place } from './storage.ts';
import type { Unit } from './units.ts';

/** For each unit, those that must run before it. */
export type Predecessors = readonly ReadonlySet<number>[];

const keyOf = ({ storage, version }: Place): string => `${storage.id}.${version}`;

/** A unit follows those that write what it reads, and those that read what it overwrites. */
export function predecessorsOf(units: readonly Unit[]): Predecessors {
  const index = (list: (unit: Unit) => readonly Place[]) => {
    const found = new Map<string, number[]>();
    for (const [i, unit] of units.entries()) {
      for (const place of list(unit)) found.set(keyOf(place), [...(found.get(keyOf(place)) ?? []), i]);
    }
    return (place: Place) => found.get(keyOf(place)) ?? [];
  };
  const writers = index(({ writes }) => writes);
  const readers = index(({ reads }) => reads);
  return units.map(({ reads, writes }, own) => {
    const before = writes.map(({ storage, version }) => ({ storage, version: version - 1 }));
    return new Set([...reads.flatMap(writers), ...before.flatMap(writers), ...before.flatMap(readers)].filter((i) => i !== own));
  });
}

/** The units in an order that respects their dependencies, close to the given one; null when there is none. */
export function orderUnits(units: readonly Unit[]): Unit[] | null {
  const before = predecessorsOf(units);
  const done = new Set<number>();
  const started = new Set<number>();
  const ordered: Unit[] = [];
  // Each unit in turn, what it waits for first.
  const stack = [...units.keys()].reverse();
  for (let own = stack.at(-1); own !== undefined; own = stack.at(-1)) {
    const waiting = done.has(own) ? [] : [...before[own]!].filter((i) => !done.has(i)).sort((a, b) => b - a);
    if (waiting.length > 0) {
      if (started.has(own)) return null;
      started.add(own);
      stack.push(...waiting);
      continue;
    }
    if (!done.has(own)) ordered.push(units[own]!);
    done.add(own);
    stack.pop();
  }
  return ordered;
}
