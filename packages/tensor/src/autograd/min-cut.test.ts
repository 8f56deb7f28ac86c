import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { add, constant } from '../graph/elementwise.ts';
import { inputNode } from '../graph/fn.ts';
import { Graph, type Node } from '../graph/node.ts';
import { minimumCut } from './min-cut.ts';

const kinds = ['saved', 'given', 'computed'] as const;
const valueArbitrary = fc.record({
  kind: fc.constantFrom(...kinds),
  left: fc.nat(20),
  right: fc.nat(20),
  cost: fc.integer({ min: 1, max: 9 }),
  needed: fc.boolean(),
});

it('finds the cheapest values from which the needed ones follow', () => {
  fc.assert(
    fc.property(fc.array(valueArbitrary, { minLength: 1, maxLength: 9 }), (values) => {
      const graph = new Graph();
      const nodes: Node[] = [];
      for (const [i, { kind, left, right }] of values.entries()) {
        const isComputed = kind === 'computed' && nodes.length > 0;
        const operands = isComputed ? [nodes[left % nodes.length]!, nodes[right % nodes.length]!] : [];
        nodes.push(
          isComputed
            ? add(add(operands[0] as Node<'fp32'>, operands[1] as Node<'fp32'>), constant(graph, i + 1))
            : inputNode(graph, `x${i}`, { dtype: 'fp32', shape: [] }),
        );
      }
      const sourcesOf = (i: number): number[] | null => {
        const { kind, left, right } = values[i]!;
        if (kind === 'computed' && i > 0) return [left % i, right % i];
        return kind === 'given' ? [] : null;
      };
      const costOf = (i: number) => (values[i]!.kind === 'given' ? Infinity : values[i]!.cost);
      const needed = values.flatMap(({ needed: isNeeded }, i) => (isNeeded ? [i] : []));
      const cut = minimumCut({
        needed: needed.map((i) => nodes[i]!),
        cost: (node) => costOf(nodes.indexOf(node)),
        recompute: (node) => sourcesOf(nodes.indexOf(node))?.map((i) => nodes[i]!) ?? null,
      });

      const suffices = (kept: (i: number) => boolean): boolean => {
        const has: boolean[] = [];
        for (const i of values.keys()) has.push(kept(i) || (sourcesOf(i)?.every((source) => has[source]) ?? false));
        return needed.every((i) => has[i]);
      };
      const total = (kept: (i: number) => boolean) => [...values.keys()].reduce((sum, i) => sum + (kept(i) ? costOf(i) : 0), 0);
      const chosen = (i: number) => cut.has(nodes[i]!);
      let least = Infinity;
      for (let set = 0; set < 2 ** values.length; set++) {
        const kept = (i: number) => ((set >> i) & 1) === 1;
        if (suffices(kept)) least = Math.min(least, total(kept));
      }
      expect(suffices(chosen)).toBe(true);
      expect(total(chosen)).toBe(least);
    }),
    { numRuns: 300 },
  );
});
