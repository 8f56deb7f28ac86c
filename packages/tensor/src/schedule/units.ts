import { contiguousStrides, elementCount, dtypeBytes } from '../graph/dtype.ts';
import type { Fn } from '../graph/fn.ts';
import { isOp, topological, type Node } from '../graph/node.ts';
import type { Program } from '../program.ts';
import type { RoutineName } from '../routines/contract.ts';
import { routineOf } from '../routines/table.ts';
import { affineKey } from './affine.ts';
import { copyNest, lower, type LowerOptions } from './lower.ts';
import type { Nest } from './nest.ts';
import { Obstacle } from './point.ts';
import { realise, type Realised } from './realise.ts';
import { samePlace, type Place, type Storage, type Storages } from './storage.ts';
import { fitBuffers } from './split.ts';
import { baseOf, sameElements } from './view.ts';

/** One step of a program before its memory is planned. */
export type Unit = { reads: readonly Place[]; writes: readonly Place[] } & (
  | { kind: 'nest'; nest: Nest }
  | { kind: 'routine'; routine: RoutineName; buffers: readonly (BufferPlace | null)[]; ints: readonly number[]; floats: readonly number[] }
  | { kind: 'call'; program: Program; bindings: ReadonlyMap<string, BufferPlace>; arena: Storage }
);

export interface BufferPlace {
  place: Place;
  offsetBytes: number;
}

export interface UnitOptions {
  storages: Storages;
  /** Compiles a Fn that is called. */
  compile(fn: Fn): Program;
  buffersPerKernel: number;
  /** Outputs that are computed elsewhere and then copied into what they donate. */
  copiedDonations: ReadonlySet<string>;
}

/** Cuts a Fn into units in the order in which it was traced. */
export function buildUnits(fn: Fn, options: UnitOptions): Unit[] {
  const forced = new Set<Node>();
  for (;;) {
    try {
      return attempt(fn, realise(fn, forced), options);
    } catch (error) {
      if (!(error instanceof Obstacle) || !('realise' in error.remedy)) throw error;
      forced.add(sameElements(error.remedy.realise));
    }
  }
}

function attempt(fn: Fn, realised: Realised, { storages, compile, buffersPerKernel, copiedDonations }: UnitOptions): Unit[] {
  const units: Unit[] = [];
  const ports = new Map(fn.inputs.map(({ name, node }) => [name, storages.port(name, node)]));
  const donated = new Set(
    fn.outputs.flatMap(({ donates, name }) => (donates !== undefined && !copiedDonations.has(name) ? [donates] : [])),
  );
  const places = new Map<Node, Place>(fn.inputs.map(({ name, node }) => [node, { storage: ports.get(name)!, version: 0 }]));
  const outputPorts = new Map(
    fn.outputs.flatMap(({ name, node, donates }) => (donates === undefined ? [[name, storages.port(name, node)]] : [])),
  );
  const latest = new Map<Storage, number>();
  const settled = new Set<string>();

  const outputsByNode = Map.groupBy(fn.outputs, ({ node }) => sameElements(node));
  const outputsOf = (node: Node) => outputsByNode.get(node) ?? [];
  const placeOf = (node: Node): Place => {
    const place = places.get(node);
    if (!place) throw new Error(`${node.op} ${node.id} has no memory`);
    return place;
  };
  const next = (storage: Storage): Place => {
    const version = (latest.get(storage) ?? 0) + 1;
    latest.set(storage, version);
    return { storage, version };
  };
  const lowerInto = (root: Node, into: LowerOptions['into']): Nest => {
    const nest = lower(root, { placeOf: (node) => places.get(node), into });
    return fitBuffers(nest, { root, buffersPerKernel, inMemory: (node) => places.has(node) });
  };
  const addNest = (nest: Nest) => units.push({ kind: 'nest', nest, reads: placesOf(nest, 'read'), writes: placesOf(nest, 'write') });

  /** Where a value is computed: in its output's memory if it is one, unless that is `read` meanwhile; else in the arena. */
  const placeFor = (node: Node, { canDonate = true, read = [] }: { canDonate?: boolean; read?: readonly BufferPlace[] } = {}): Place => {
    for (const { name, donates } of isOp(node, 'input') ? [] : outputsOf(node)) {
      if (settled.has(name)) continue;
      if (donates !== undefined) {
        const port = ports.get(donates)!;
        if (!canDonate || copiedDonations.has(name) || read.some(({ place }) => place.storage === port)) continue;
      }
      settled.add(name);
      return next(outputPorts.get(name) ?? ports.get(donates!)!);
    }
    return next(destinationOf(node) ?? storages.arena(elementCount(node.shape) * dtypeBytes[node.dtype]));
  };
  /** Whether the value is free once `user` runs, which reads it as one operand. */
  const isLastUse = (node: Node, user: Node): boolean =>
    realised.usedLast(node, user) && user.src.filter((other) => baseOf(other) === node).length === 1;
  /** The output in whose memory a value ends that routines add to in place. */
  const destinationOf = (node: Node): Storage | undefined => {
    const user = (usersOf.get(node) ?? []).find((candidate) => isLastUse(node, candidate));
    if (!user || !isOp(user, 'routine')) return undefined;
    const { routine, attributes } = user.arg;
    const taken = routineOf<RoutineName>(routine).inPlace?.(attributes) ?? [];
    const own = taken.find(({ input }) => sameElements(user.src[input]!) === node);
    const result = own && resultsOf.get(user)?.get(own.output);
    if (!result) return undefined;
    const output = outputsOf(result).find(({ name }) => outputPorts.has(name) && !settled.has(name));
    return output ? outputPorts.get(output.name) : destinationOf(result);
  };

  /** The memory of an operand that nothing else needs any more, for a result that may lie there. */
  const reuse = (user: Node, index: number, result: Node): Place | null => {
    const source = sameElements(user.src[index]!);
    const from = places.get(source);
    if (!from) return null;
    const output = outputsOf(result).find(({ name }) => !settled.has(name));
    const own =
      from.storage.port === undefined
        ? !output
        : (output && from.storage === outputPorts.get(output.name)) ||
          (donated.has(from.storage.port) && (!output || output.donates === from.storage.port));
    if (!isLastUse(source, user) || !latestIs(from) || !own) return null;
    if (output) settled.add(output.name);
    return next(from.storage);
  };
  /** The memory of an operand that the result takes over; a copy of it when others still need it, or when it is a part of what lies in memory. */
  const takeOver = (user: Node, index: number, result: Node): Place => {
    const reused = reuse(user, index, result);
    if (reused) return reused;
    const copy = placeFor(result, { canDonate: false });
    addNest(lowerInto(user.src[index]!, { place: copy, offset: 0 }));
    return next(copy.storage);
  };
  const latestIs = ({ storage, version }: Place) => (latest.get(storage) ?? 0) === version;

  const addRoutine = (node: Node, results: ReadonlyMap<number, Node>) => {
    if (!isOp(node, 'routine')) return;
    const { routine, attributes } = node.arg;
    const contract = routineOf<RoutineName>(routine);
    const views = realised.operands(node);
    const types = contract.infer(node.src, attributes);
    const operands: BufferPlace[] = views.map(({ base, offset, dtype }) => ({
      place: placeOf(base),
      offsetBytes: offset * dtypeBytes[dtype],
    }));
    const taken = [...(contract.inPlace?.(attributes) ?? [])];
    const outputs: BufferPlace[] = types.map(({ shape, dtype }, index) => {
      const result = results.get(index);
      const inPlace = taken.find(({ output }) => output === index);
      const optional = contract.mayOverwrite?.find(({ output }) => output === index);
      const reused = optional && result ? reuse(node, optional.input, result) : null;
      if (reused) taken.push(optional!);
      let place: Place;
      if (inPlace) place = takeOver(node, inPlace.input, result ?? node);
      else if (reused) place = reused;
      else place = result ? placeFor(result, { read: operands }) : next(storages.arena(elementCount(shape) * dtypeBytes[dtype]));
      if (result) places.set(result, place);
      return { place, offsetBytes: 0 };
    });
    const buffers = contract.buffers(operands, outputs, attributes);
    const read = operands.filter((_, input) => !taken.some((pair) => pair.input === input));
    const before = taken.map(({ output }) => previous(outputs[output]!.place));
    units.push({
      kind: 'routine',
      routine,
      buffers,
      ...contract.arguments(views, attributes),
      reads: [...read.map(({ place }) => place), ...before],
      writes: outputs.map(({ place }) => place),
    });
  };

  const addCall = (node: Node, results: ReadonlyMap<number, Node>) => {
    if (!isOp(node, 'call')) return;
    const callee = node.arg.fn;
    const program = compile(callee);
    const bindings = new Map<string, BufferPlace>();
    const reads: Place[] = [];
    const writes: Place[] = [];
    const operands = realised
      .operands(node)
      .map(({ base, offset, dtype }) => ({ place: placeOf(base), offsetBytes: offset * dtypeBytes[dtype] }));
    for (const [i, { name }] of callee.inputs.entries()) bindings.set(name, operands[i]!);
    for (const [index, output] of callee.outputs.entries()) {
      const result = results.get(index);
      let place: Place;
      if (output.donates !== undefined) {
        place = takeOver(
          node,
          callee.inputs.findIndex(({ name }) => name === output.donates),
          result ?? node,
        );
        bindings.set(output.donates, { place, offsetBytes: 0 });
        reads.push(previous(place));
      } else {
        const { shape, dtype } = output.node;
        place = result ? placeFor(result, { read: operands }) : next(storages.arena(elementCount(shape) * dtypeBytes[dtype]));
        bindings.set(output.name, { place, offsetBytes: 0 });
      }
      if (result) places.set(result, place);
      writes.push(place);
    }
    const overwritten = new Set(callee.outputs.map(({ donates }) => donates));
    for (const { name } of callee.inputs) if (!overwritten.has(name)) reads.push(bindings.get(name)!.place);
    const arena = storages.arena(program.arenaBytes);
    writes.push({ storage: arena, version: 0 });
    units.push({ kind: 'call', program, bindings, arena, reads, writes });
  };

  const addConcat = (node: Node) => {
    if (!isOp(node, 'concat')) return;
    const strides = contiguousStrides(node.shape);
    const partsInto = (place: Place): Nest[] => {
      let offset = 0;
      return node.src.map((part) => {
        const nest = lowerInto(part, { place, offset, strides });
        offset += part.shape[node.arg.axis]! * strides[node.arg.axis]!;
        return nest;
      });
    };
    const place = placeFor(node);
    let nests = partsInto(place);
    if (nests.some((nest) => nest.places.some(({ storage, version }) => storage === place.storage && version !== place.version))) {
      const apart = next(storages.arena(elementCount(node.shape) * dtypeBytes[node.dtype]));
      nests = [...partsInto(apart), copyNest(node, apart, place)];
    }
    for (const nest of nests) addNest(nest);
    places.set(node, place);
  };

  const addRoot = (node: Node) => {
    let place = placeFor(node);
    let nest = lowerInto(node, { place, offset: 0 });
    if (!overwritesInStep(nest, place)) {
      // It reads other elements of the memory than it overwrites: compute apart, then copy.
      const final = place;
      place = next(storages.arena(elementCount(node.shape) * dtypeBytes[node.dtype]));
      nest = lowerInto(node, { place, offset: 0 });
      addNest(nest);
      nest = copyNest(node, place, final);
      place = final;
    }
    addNest(nest);
    places.set(node, place);
  };

  const nodes = topological([...fn.inputs.map(({ node }) => node), ...fn.outputs.map(({ node }) => node)]);
  const resultsOf = new Map<Node, Map<number, Node>>();
  for (const node of nodes) {
    if (!isOp(node, 'output')) continue;
    const source = node.src[0]!;
    resultsOf.set(source, (resultsOf.get(source) ?? new Map<number, Node>()).set(node.arg.index, node));
  }
  const usersOf = new Map<Node, Node[]>();
  for (const user of nodes)
    for (const source of new Set(user.src.map(sameElements))) usersOf.set(source, [...(usersOf.get(source) ?? []), user]);
  for (const node of nodes) {
    if (isOp(node, 'routine')) addRoutine(node, resultsOf.get(node)!);
    else if (isOp(node, 'call')) addCall(node, resultsOf.get(node)!);
    else if (isOp(node, 'concat')) addConcat(node);
    else if (realised.has(node) && !isOp(node, 'input') && !isOp(node, 'output')) addRoot(node);
  }
  // Outputs that are inputs, twice the same value, or left elsewhere.
  for (const { name, node, donates } of fn.outputs) {
    if (settled.has(name)) continue;
    const from = placeOf(sameElements(node));
    const target = outputPorts.get(name) ?? ports.get(donates!)!;
    if (from.storage !== target) addNest(copyNest(node, from, next(target)));
  }
  return units;
}

const previous = ({ storage, version }: Place): Place => ({ storage, version: version - 1 });

const placesOf = (nest: Nest, access: 'read' | 'write'): Place[] => nest.places.filter((_, i) => nest.buffers[i]!.access === access);

/** Whether every read of what the nest overwrites is of the element that it stores at the same index. */
function overwritesInStep(nest: Nest, written: Place): boolean {
  return nest.values.every((value) => {
    if (value.kind !== 'load') return true;
    const place = nest.places[value.buffer]!;
    if (place.storage !== written.storage) return true;
    return nest.stores.every(({ buffer, at }) => !samePlace(nest.places[buffer]!, written) || affineKey(at) === affineKey(value.at));
  });
}
