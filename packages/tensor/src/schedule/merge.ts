import { elementCount } from '../graph/dtype.ts';
import type { Affine } from '../program.ts';
import { affineKey, mapLoops } from './affine.ts';
import { copyNestValues, NestBuilder, pruned, type Nest } from './nest.ts';
import { predecessorsOf, type Predecessors } from './order.ts';
import { samePlace, type Place } from './storage.ts';
import type { Unit } from './units.ts';

type NestUnit = Extract<Unit, { kind: 'nest' }>;

/**
 * Joins nests over the same elements when one reads what the other writes, or both read the same memory: values stay in
 * registers, and what nothing reads afterwards is not written at all.
 */
export function mergeNests(given: readonly Unit[], { buffersPerKernel }: { buffersPerKernel: number }): Unit[] {
  let units = [...given];
  for (let merged = true; merged;) {
    merged = false;
    const before = predecessorsOf(units);
    search: for (let second = 1; second < units.length; second++) {
      for (let first = second - 1; first >= 0; first--) {
        // Merged units have moved forwards: what comes later in the list may have to run first.
        const turned = feeds(units[second]!, units[first]!) || (before[first]!.has(second) && !feeds(units[first]!, units[second]!));
        const [a, b] = turned ? [units[second]!, units[first]!] : [units[first]!, units[second]!];
        if (a.kind !== 'nest' || b.kind !== 'nest' || !related(a, b) || pathBetween(before, first, second)) continue;
        const nest = join(a.nest, b.nest, outsideReaders(units, a, b));
        if (!nest || nest.buffers.length > buffersPerKernel) continue;
        units = units.with(first, nestUnit(nest)).toSpliced(second, 1);
        merged = true;
        break search;
      }
    }
  }
  return dropUnread(units);
}

export function nestUnit(nest: Nest): NestUnit {
  const list = (access: 'read' | 'write') => nest.places.filter((_, i) => nest.buffers[i]!.access === access);
  return { kind: 'nest', nest, reads: list('read'), writes: list('write') };
}

const feeds = (from: Unit, to: Unit): boolean => from.writes.some((place) => to.reads.some((other) => samePlace(place, other)));

/** Whether joining saves memory traffic. */
function related(a: NestUnit, b: NestUnit): boolean {
  const large = ({ storage }: Place) => storage.bytes * 2 > elementCount(a.nest.loops);
  return (
    [...a.writes, ...a.reads].some((place) => large(place) && b.reads.some((other) => samePlace(place, other))) ||
    b.writes.some(({ storage }) => a.reads.some((other) => other.storage === storage))
  );
}

/** Whether a third unit must run between the two, or the second before the first. */
function pathBetween(before: Predecessors, first: number, second: number): boolean {
  const reaches = (from: number, to: number, direct: boolean): boolean => {
    const seen = new Set<number>();
    const stack = [...before[to]!].filter((i) => direct || i !== from);
    while (stack.length > 0) {
      const i = stack.pop()!;
      if (i === from) return true;
      if (seen.has(i)) continue;
      seen.add(i);
      stack.push(...before[i]!);
    }
    return false;
  };
  return reaches(first, second, false) || reaches(second, first, false);
}

const outsideReaders = (units: readonly Unit[], a: Unit, b: Unit) => (place: Place) =>
  place.storage.port !== undefined || units.some((unit) => unit !== a && unit !== b && unit.reads.some((other) => samePlace(other, place)));

/** Two nests in one, or null when their elements do not correspond. */
function join(a: Nest, b: Nest, isReadOutside: (place: Place) => boolean): Nest | null {
  const loops = commonLoops(a.loops, b.loops);
  if (!loops) return null;
  const bothReduce = a.reduction.length > 0 && b.reduction.length > 0;
  if (bothReduce && JSON.stringify(a.reduction) !== JSON.stringify(b.reduction)) return null;

  const builder = new NestBuilder();
  builder.loops.push(...loops);
  builder.reduction.push(...(a.reduction.length > 0 ? a.reduction : b.reduction));
  const rewriteA = refinement(a.loops, loops);
  const rewriteB = refinement(b.loops, loops);
  const storesOf = ({ stores, places }: Nest, rewrite: Rewrite) =>
    stores.map(({ buffer, at, value }) => ({ place: places[buffer]!, at: rewrite(at), value }));
  const storesA = storesOf(a, rewriteA);
  const storesB = storesOf(b, rewriteB);
  // Memory that one writes is read by the other at the element that is written only.
  const inStep = (nest: Nest, rewrite: Rewrite, stores: typeof storesA) =>
    nest.values.every((value) => {
      if (value.kind !== 'load') return true;
      const { storage } = nest.places[value.buffer]!;
      return stores.every(
        ({ place, at }) => place.storage !== storage || (value.where.length === 0 && affineKey(at) === affineKey(rewrite(value.at))),
      );
    });
  if (!inStep(a, rewriteA, storesB) || !inStep(b, rewriteB, storesA)) return null;
  if (
    storesB.some(({ place, at }) =>
      storesA.some(
        (other) => other.place.storage === place.storage && (samePlace(other.place, place) || affineKey(other.at) !== affineKey(at)),
      ),
    )
  )
    return null;

  const valuesA = copyNestValues(builder, a, { affine: rewriteA });
  let crosses = false;
  const valuesB = copyNestValues(builder, b, {
    affine: rewriteB,
    standIn: (place) => {
      const store = storesA.find((other) => samePlace(other.place, place));
      crosses ||= store !== undefined;
      return store ? valuesA[store.value]! : null;
    },
  });
  if (crosses && bothReduce) return null;
  for (const { nest, stores, values } of [
    { nest: a, stores: storesA, values: valuesA },
    { nest: b, stores: storesB, values: valuesB },
  ]) {
    for (const { place, at, value } of stores) {
      const overwritten = nest === a && storesB.some((other) => other.place.storage === place.storage);
      const { dtype } = builder.values[values[value]!]!;
      if (!overwritten && (nest === b || isReadOutside(place))) builder.store(place, dtype, at, values[value]!);
    }
  }
  return pruned(builder.build());
}

type Rewrite = <A extends Affine>(at: A) => A;

/** Loop sizes of which both lists are products, or null. */
function commonLoops(a: readonly number[], b: readonly number[]): number[] | null {
  const [left, right, loops] = [[...a], [...b], [] as number[]];
  while (left.length > 0 && right.length > 0) {
    const [x, y] = [left.pop()!, right.pop()!];
    const inner = Math.min(x, y);
    if (x % inner !== 0 || y % inner !== 0) return null;
    if (x > inner) left.push(x / inner);
    if (y > inner) right.push(y / inner);
    loops.unshift(inner);
  }
  return left.length === right.length ? loops : null;
}

/** Rewrites index expressions over `from` to the finer loops `to`. */
function refinement(from: readonly number[], to: readonly number[]): Rewrite {
  let next = 0;
  const parts = from.map((size) => {
    const inner: number[] = [];
    for (let product = 1; product < size; product *= to[next]!, next++) inner.push(to[next]!);
    return inner.map((_, i) => inner.slice(i + 1).reduce((product, part) => product * part, 1));
  });
  return (at) => mapLoops(at, (stride, loop) => (loop < from.length ? parts[loop]!.map((factor) => stride * factor) : [stride]));
}

/** Without what is written to the arena and never read. */
function dropUnread(given: readonly Unit[]): Unit[] {
  let units = [...given];
  for (;;) {
    const isRead = (place: Place) =>
      place.storage.port !== undefined || units.some(({ reads }) => reads.some((other) => samePlace(other, place)));
    const next = units.flatMap((unit): Unit[] => {
      if (unit.kind !== 'nest' || unit.writes.every(isRead)) return [unit];
      const stores = unit.nest.stores.filter(({ buffer }) => isRead(unit.nest.places[buffer]!));
      return stores.length === 0 ? [] : [nestUnit(pruned({ ...unit.nest, stores }))];
    });
    if (next.length === units.length && next.every((unit, i) => unit === units[i])) return units;
    units = next;
  }
}
