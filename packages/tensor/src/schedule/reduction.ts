import { contiguousStrides, dtypeBytes, elementCount } from '../graph/dtype.ts';
import { dot, loopIndex, mapLoops } from './affine.ts';
import { copyValues, NestBuilder, reachable, type Nest } from './nest.ts';
import { collapseLoops } from './collapse.ts';
import { nestUnit } from './merge.ts';
import type { DeviceLimits } from '../device.ts';
import type { Storages } from './storage.ts';
import type { Unit } from './units.ts';

/** Elements that one part of a long reduction should have at least, and how many parts keep every core busy. */
const partElements = 16_384;
const partsMax = 32;

/**
 * Long reductions to few results in two passes: partial results over fixed parts, then their combination. The parts depend on
 * sizes only, and so does the order of every sum.
 */
export function splitReductions(units: readonly Unit[], { storages, limits }: { storages: Storages; limits: DeviceLimits }): Unit[] {
  return units.flatMap((unit): Unit[] => {
    if (unit.kind !== 'nest') return [unit];
    const nest = collapseLoops(unit.nest);
    const parts = partsOf(nest);
    if (parts < 2) return [unit];
    const passes = inTwoPasses(nest, parts, storages);
    return passes.every(({ buffers }) => buffers.length <= limits.buffersPerKernel) ? passes.map(nestUnit) : [unit];
  });
}

function partsOf(nest: Nest): number {
  const { loops, reduction } = nest;
  const outputs = elementCount(loops);
  if (outputs >= partsMax && reducesRows(nest)) return 1; // each row is one piece of work already
  const reduced = elementCount(reduction.map(({ size }) => size));
  if (reduction.length === 0 || outputs * 8 > reduced * partsMax) return 1;
  return Math.min(partsMax, reduction[0]!.size, Math.floor((outputs * reduced) / partElements));
}

/** Whether neighbours in memory are reduced to one result. */
function reducesRows({ loops, values, accumulators }: Nest): boolean {
  const needed = reachable(
    values,
    accumulators.map(({ value }) => value),
  );
  return values.some((value, i) => needed[i] && value.kind === 'load' && value.at.strides.slice(loops.length).includes(1));
}

function inTwoPasses(nest: Nest, parts: number, storages: Storages): [Nest, Nest] {
  const { loops, reduction, accumulators } = nest;
  const spatial = loops.length;

  // First: the loop over parts outermost, and only what is reduced.
  const first = new NestBuilder();
  first.loops.push(parts, ...loops);
  first.reduction.push({ ...reduction[0]!, partOf: 0 }, ...reduction.slice(1));
  const keep = reachable(
    nest.values,
    accumulators.map(({ value }) => value),
  );
  const renamed = copyValues(first, nest, { keep, affine: (at) => ({ ...at, strides: [0, ...at.strides] }) });
  const partial = contiguousStrides([parts, ...loops]);
  const places = accumulators.map(({ dtype }) => ({
    storage: storages.arena(parts * elementCount(loops) * dtypeBytes[dtype]),
    version: 1,
  }));
  for (const [i, accumulator] of accumulators.entries()) {
    const value = first.accumulate({ ...accumulator, value: renamed[accumulator.value]! });
    const at = dot(
      partial.map((_, loop) => loopIndex(loop)),
      partial,
    );
    first.store(places[i]!, accumulator.dtype, at, value);
  }

  // Second: the partial results are reduced over parts, and everything else happens.
  const second = new NestBuilder();
  second.loops.push(...loops);
  second.reduction.push({ size: parts });
  const loads = accumulators.map(({ dtype, combine }, i) => {
    const index = [loopIndex(spatial), ...loops.map((_, loop) => loopIndex(loop))];
    return second.accumulate({ dtype, combine, value: second.load(places[i]!, dtype, dot(index, partial), []) });
  });
  const stored = reachable(
    nest.values,
    nest.stores.map(({ value }) => value),
  );
  const results = copyValues(second, nest, {
    keep: stored,
    affine: (at) => mapLoops(at, (stride, loop) => (loop < spatial ? [stride] : [])),
    substitute: (value) => (value.kind === 'accumulator' ? loads[value.accumulator]! : null),
  });
  for (const { buffer, at, value } of nest.stores) second.store(nest.places[buffer]!, nest.buffers[buffer]!.dtype, at, results[value]!);
  return [first.build(), second.build()];
}
