import type { Affine, LoopNest } from '../program.ts';
import { mapLoops } from './affine.ts';

/** Joins neighbouring loops that every index expression walks at one pace, so that inner loops are long. */
export function collapseLoops<N extends LoopNest>(nest: N): N {
  let result = nest;
  for (let loop = result.loops.length + result.reduction.length - 2; loop >= 0; loop--) {
    if (loop + 1 >= result.loops.length + result.reduction.length) continue;
    result = collapse(result, loop);
  }
  return result;
}

/** Joins `outer` and the loop after it, if possible. */
function collapse<N extends LoopNest>(nest: N, outer: number): N {
  const spatial = nest.loops.length;
  if (outer === spatial - 1) return nest; // the last parallel loop and the first reduction
  const sizes = [...nest.loops, ...nest.reduction.map(({ size }) => size)];
  const [a, b] = [sizes[outer]!, sizes[outer + 1]!];
  const parts = nest.reduction.map(({ partOf }) => partOf);
  if (
    parts.some(
      (partOf, i) =>
        partOf !== undefined && (partOf === outer || partOf === outer + 1 || spatial + i === outer || spatial + i === outer + 1),
    )
  )
    return nest;

  const fits = ({ strides }: Affine) => (strides[outer] ?? 0) === (strides[outer + 1] ?? 0) * b;
  const allFit =
    nest.stores.every(({ at }) => fits(at)) &&
    nest.values.every((value) => {
      if (value.kind === 'load') return fits(value.at) && value.where.every(fits);
      if (value.kind === 'inside') return value.where.every(fits);
      return value.kind !== 'index' || fits(value.at);
    });
  if (!allFit) return nest;

  const without = <A extends Affine>(at: A): A =>
    mapLoops(at, (stride, loop) => (loop === outer && at.strides.length > outer + 1 ? [] : [stride]));
  return {
    ...mapAffines(nest, without),
    loops: outer < spatial ? nest.loops.toSpliced(outer, 2, a * b) : nest.loops,
    reduction:
      outer < spatial
        ? nest.reduction.map((loop) => (loop.partOf !== undefined && loop.partOf > outer ? { ...loop, partOf: loop.partOf - 1 } : loop))
        : nest.reduction.toSpliced(outer - spatial, 2, { size: a * b }),
  };
}

/** The nest with a stride for every loop in each index expression. */
export function fullStrides<N extends LoopNest>(nest: N): N {
  const count = nest.loops.length + nest.reduction.length;
  return mapAffines(nest, (at) => ({ ...at, strides: Array.from({ length: count }, (_, loop) => at.strides[loop] ?? 0) }));
}

function mapAffines<N extends LoopNest>(nest: N, map: <A extends Affine>(at: A) => A): N {
  return {
    ...nest,
    stores: nest.stores.map((store) => ({ ...store, at: map(store.at) })),
    values: nest.values.map((value) => {
      if (value.kind === 'load') return { ...value, at: map(value.at), where: value.where.map((condition) => map(condition)) };
      if (value.kind === 'inside') return { ...value, where: value.where.map((condition) => map(condition)) };
      return value.kind === 'index' ? { ...value, at: map(value.at) } : value;
    }),
  };
}
