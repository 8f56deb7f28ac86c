import { add } from '../graph/elementwise.ts';
import { concat, pad } from '../graph/movement.ts';
import { isOp, type Node } from '../graph/node.ts';
import { isPart, isTotal, type Contribution, type Gradient, type Part } from './context.ts';

/** The gradient of each node while its users add to it. */
export class Partials {
  readonly #totals = new Map<Node, Gradient>();
  readonly #parts = new Map<Node, Part[]>();

  add(node: Node, contribution: Contribution): void {
    if (!contribution) return;
    if (isPart(contribution)) this.#parts.set(node, [...(this.#parts.get(node) ?? []), contribution]);
    else if (isTotal(contribution)) this.#totals.set(node, contribution.total);
    else {
      const total = this.#totals.get(node);
      this.#totals.set(node, total ? add(total, contribution) : contribution);
    }
  }

  /** The sum so far if it lies in memory that a routine may take over: an accumulator, or the result of a routine or call. */
  takeable(node: Node): Gradient | undefined {
    const total = this.#totals.get(node);
    let base: Node | undefined = total;
    while (base && isOp(base, 'reshape')) base = base.src[0];
    const taken = base && (isOp(base, 'output') || (isOp(base, 'input') && base.arg.name.startsWith('acc:')));
    return taken ? total : undefined;
  }

  /** The sum of everything, or undefined where nothing arrived. */
  finish(node: Node): Gradient | undefined {
    const parts = this.#parts.get(node);
    if (parts) {
      this.#parts.delete(node);
      for (const whole of joinParts(parts, node.shape)) this.add(node, whole);
    }
    return this.#totals.get(node);
  }
}

/** Parts that lie side by side and fill the whole are put together; others become wholes with zeros around them. */
function joinParts(parts: readonly Part[], shape: readonly number[]): Gradient[] {
  const { axis } = parts[0]!;
  const sorted = parts.toSorted((a, b) => a.start - b.start);
  let end = 0;
  const fill = sorted.every((part) => {
    const follows = part.axis === axis && part.start === end;
    end = part.start + part.part.shape[part.axis]!;
    return follows;
  });
  if (fill && end === shape[axis]) {
    return [
      concat(
        sorted.map(({ part }) => part),
        { axis },
      ),
    ];
  }
  return parts.map(({ part, axis: own, start }) => pad(part, { axis: own, before: start, after: shape[own]! - start - part.shape[own]! }));
}
