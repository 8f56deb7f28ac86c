import {
  elementwiseTable,
  roundTo,
  type Affine,
  type Condition,
  type Dtype,
  type Elements,
  type LoopNest,
  type Value,
} from '@massif/tensor';

export type Round = (dtype: Dtype, value: number) => number;

/** Runs a generated kernel, element by element, in the order that its definition gives. */
export function interpretNest(nest: LoopNest, buffers: readonly Elements[], round: Round = roundTo): void {
  const { loops, reduction, accumulators, values, stores } = nest;
  const index = Array.from({ length: loops.length + reduction.length }, () => 0);
  const results = new Float64Array(values.length);
  const sums = new Float64Array(accumulators.length);
  const inReduction = neededBy(
    values,
    accumulators.map(({ value }) => value),
  );
  const inStores = neededBy(
    values,
    stores.map(({ value }) => value),
  );

  const position = ({ offset, strides }: Affine): number => {
    let at = offset;
    for (let i = 0; i < index.length; i++) at += (strides[i] ?? 0) * index[i]!;
    return at;
  };
  const holds = (condition: Condition): boolean => {
    const at = position(condition);
    return at >= 0 && at < condition.size;
  };
  const evaluate = (value: Value): number => {
    switch (value.kind) {
      case 'constant':
        return round(value.dtype, value.value);
      case 'load':
        return value.where.every(holds) ? buffers[value.buffer]![position(value.at)]! : 0;
      case 'inside':
        return value.where.every(holds) ? 1 : 0;
      case 'index':
        return position(value.at);
      case 'accumulator':
        return round(value.dtype, sums[value.accumulator]!);
      case 'op': {
        const [a, b, c] = value.src;
        return round(value.dtype, elementwiseTable[value.op].evaluate(results[a!]!, results[b ?? 0]!, results[c ?? 0]!));
      }
      default:
        return value satisfies never;
    }
  };
  const evaluateAll = (needed: readonly number[]) => {
    for (const i of needed) results[i] = evaluate(values[i]!);
  };
  const reduce = (axis: number): void => {
    if (axis === reduction.length) {
      evaluateAll(inReduction);
      for (const [i, { combine, value }] of accumulators.entries())
        sums[i] = combine === 'sum' ? sums[i]! + results[value]! : Math.max(sums[i]!, results[value]!);
      return;
    }
    const { size, partOf } = reduction[axis]!;
    const [part, parts] = partOf === undefined ? [0, 1] : [index[partOf]!, loops[partOf]!];
    const end = Math.floor((size * (part + 1)) / parts);
    for (let i = Math.floor((size * part) / parts); i < end; i++) {
      index[loops.length + axis] = i;
      reduce(axis + 1);
    }
  };
  const walk = (axis: number): void => {
    if (axis < loops.length) {
      for (let i = 0; i < loops[axis]!; i++) {
        index[axis] = i;
        walk(axis + 1);
      }
      return;
    }
    if (reduction.length > 0) {
      for (const [i, { combine }] of accumulators.entries()) sums[i] = combine === 'sum' ? 0 : -Infinity;
      reduce(0);
    }
    evaluateAll(inStores);
    for (const { buffer, at, value } of stores) buffers[buffer]![position(at)] = results[value]!;
  };
  walk(0);
}

/** The values that the roots are made of, operands first. */
function neededBy(values: readonly Value[], roots: readonly number[]): number[] {
  const needed = new Set(roots);
  for (let i = values.length - 1; i >= 0; i--) {
    const value = values[i]!;
    if (needed.has(i) && value.kind === 'op') for (const operand of value.src) needed.add(operand);
  }
  return [...needed].sort((a, b) => a - b);
}
