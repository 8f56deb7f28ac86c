import type { Dtype } from '../graph/dtype.ts';
import type { Affine, Condition, LoopNest, Value } from '../program.ts';
import { affineKey, conditionsKey } from './affine.ts';
import { samePlace, type Place } from './storage.ts';

/** A loop nest on its way: what its buffers are is known, where they lie is not. */
export interface Nest extends LoopNest {
  /** What each buffer holds, in the order of `buffers`. */
  places: readonly Place[];
}

/** Collects the values of a nest, each once. */
export class NestBuilder {
  readonly loops: number[] = [];
  readonly reduction: { size: number; partOf?: number }[] = [];
  readonly values: Value[] = [];
  readonly accumulators: LoopNest['accumulators'][number][] = [];
  readonly stores: LoopNest['stores'][number][] = [];
  readonly buffers: LoopNest['buffers'][number][] = [];
  readonly places: Place[] = [];
  readonly #known = new Map<string, number>();

  buffer(place: Place, dtype: Dtype, access: 'read' | 'write'): number {
    const found = this.places.findIndex((other, i) => samePlace(other, place) && this.buffers[i]!.access === access);
    if (found >= 0) return found;
    this.buffers.push({ dtype, access });
    return this.places.push(place) - 1;
  }

  value(value: Value): number {
    const key = valueKey(value);
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    this.#known.set(key, this.values.length);
    return this.values.push(value) - 1;
  }

  constant = (dtype: Dtype, value: number): number => this.value({ kind: 'constant', dtype, value });

  load(place: Place, dtype: Dtype, at: Affine, where: readonly Condition[]): number {
    return this.value({ kind: 'load', dtype, buffer: this.buffer(place, dtype, 'read'), at, where });
  }

  accumulate(accumulator: LoopNest['accumulators'][number]): number {
    const known = this.accumulators.findIndex(({ value, combine }) => value === accumulator.value && combine === accumulator.combine);
    const index = known >= 0 ? known : this.accumulators.push(accumulator) - 1;
    return this.value({ kind: 'accumulator', dtype: accumulator.dtype, accumulator: index });
  }

  store(place: Place, dtype: Dtype, at: Affine, value: number): void {
    this.stores.push({ buffer: this.buffer(place, dtype, 'write'), at, value });
  }

  build(): Nest {
    const { loops, reduction, values, accumulators, stores, buffers, places } = this;
    return { loops, reduction, values, accumulators, stores, buffers, places };
  }
}

function valueKey(value: Value): string {
  switch (value.kind) {
    case 'constant':
      return `c${value.dtype}${Object.is(value.value, -0) ? '-0' : value.value}`;
    case 'load':
      return `l${value.buffer}@${affineKey(value.at)}?${conditionsKey(value.where)}`;
    case 'inside':
      return `?${conditionsKey(value.where)}`;
    case 'index':
      return `i${affineKey(value.at)}`;
    case 'accumulator':
      return `a${value.accumulator}`;
    case 'op':
      return `${value.op}${value.dtype}(${value.src.join()})`;
    default:
      return value satisfies never;
  }
}

/** Copies values of another nest, with loads, index expressions and operands rewritten. Returns the new number of each; -1 for those that `keep` drops. */
export function copyValues(
  into: NestBuilder,
  from: Pick<Nest, 'values' | 'places' | 'buffers'>,
  options: {
    keep?: readonly boolean[];
    affine: <A extends Affine>(at: A) => A;
    /** A value that stands for another nest's, or null to copy it. */
    substitute?: (value: Value) => number | null;
    /** Told the new number of each value before the next one is copied. */
    defined?: (renamed: number, index: number) => void;
  },
): number[] {
  const { keep, affine, substitute, defined } = options;
  const renamed: number[] = [];
  for (const [index, value] of from.values.entries()) {
    if (keep && !keep[index]) {
      renamed.push(-1);
      continue;
    }
    const own = substitute?.(value) ?? into.value(copied(value));
    renamed.push(own);
    defined?.(own, index);
  }
  return renamed;

  function copied(value: Value): Value {
    if (value.kind === 'load')
      return {
        ...value,
        buffer: into.buffer(from.places[value.buffer]!, from.buffers[value.buffer]!.dtype, 'read'),
        at: affine(value.at),
        where: value.where.map(affine),
      };
    if (value.kind === 'inside') return { ...value, where: value.where.map(affine) };
    if (value.kind === 'index') return { ...value, at: affine(value.at) };
    if (value.kind === 'op') return { ...value, src: value.src.map((operand) => renamed[operand]!) };
    return value;
  }
}

/** Index expressions and values of a nest, rewritten for other loops; `standIn` gives the value that stands for what is loaded from a place. */
export function copyNestValues(
  builder: NestBuilder,
  nest: Nest,
  options: { affine: <A extends Affine>(at: A) => A; keep?: readonly boolean[]; standIn?: (place: Place) => number | null },
): number[] {
  const { affine, keep, standIn } = options;
  const accumulators = new Map<number, number>();
  return copyValues(builder, nest, {
    affine,
    keep,
    substitute: (value) => {
      if (value.kind === 'load') return standIn?.(nest.places[value.buffer]!) ?? null;
      return value.kind === 'accumulator' ? accumulators.get(value.accumulator)! : null;
    },
    defined: (own, index) => {
      for (const [i, accumulator] of nest.accumulators.entries())
        if (accumulator.value === index) accumulators.set(i, builder.accumulate({ ...accumulator, value: own }));
    },
  });
}

/** The nest without the values that no store needs. */
export function pruned(nest: Nest): Nest {
  const builder = new NestBuilder();
  builder.loops.push(...nest.loops);
  const stored = reachable(
    nest.values,
    nest.stores.map(({ value }) => value),
  );
  const used = new Set(nest.values.flatMap((value, i) => (stored[i] && value.kind === 'accumulator' ? [value.accumulator] : [])));
  const accumulators = nest.accumulators.map((accumulator, i) => (used.has(i) ? accumulator : { ...accumulator, value: -1 }));
  const combined = reachable(
    nest.values,
    [...used].map((i) => nest.accumulators[i]!.value),
  );
  if (used.size > 0) builder.reduction.push(...nest.reduction);
  const keep = nest.values.map((_, i) => stored[i]! || combined[i]!);
  const renamed = copyNestValues(builder, { ...nest, accumulators }, { affine: (at) => at, keep });
  for (const { buffer, at, value } of nest.stores) builder.store(nest.places[buffer]!, nest.buffers[buffer]!.dtype, at, renamed[value]!);
  return builder.build();
}

/** Which values the roots are made of; those under an accumulator are left out. */
export function reachable(values: readonly Value[], roots: readonly number[]): boolean[] {
  const needed = values.map(() => false);
  for (const root of roots) needed[root] = true;
  for (let index = values.length - 1; index >= 0; index--) {
    const value = values[index]!;
    if (needed[index] && value.kind === 'op') for (const operand of value.src) needed[operand] = true;
  }
  return needed;
}
