import type { Node } from '../graph/node.ts';
import type { TensorType } from '../graph/dtype.ts';
import type { Fn } from '../graph/fn.ts';

/** Gradients are floats; fp32 stands for all of them. */
export type Gradient = Node<'fp32'>;

/** What a rule knows. Nodes of the differentiated Fn become values of the backward graph through `value` only. */
export interface RuleContext {
  node: Node;
  /** Of each result, undefined where none arrives. All ops but routines and calls have one result. */
  gradients: readonly (Gradient | undefined)[];
  /** Whether source i needs a gradient. */
  wants(source: number): boolean;
  /** What a node of the forward pass held. Asking for it may cost memory: it is saved, or computed again from what is. */
  value(node: Node): Gradient;
  /** The sum of the gradients of source i so far, when a routine may add to it in place. */
  partial(source: number): Gradient | undefined;
  /** The backward Fn of a Fn that is called, and what its forward Fn leaves for it. */
  derive(options: { wrt: readonly string[]; of: readonly string[]; accumulate: readonly string[] }): Fn;
  saved(port: string, type: TensorType): Node;
}

/** What a node adds to the gradient of one source. */
export type Contribution =
  | Gradient
  /** Contains what `partial` gave. */
  | { total: Gradient }
  /** Belongs to the elements from `start` on along an axis; the others get nothing. */
  | { part: Gradient; axis: number; start: number }
  | null;

export const isTotal = (contribution: Exclude<Contribution, null>): contribution is { total: Gradient } => 'total' in contribution;
export const isPart = (contribution: Exclude<Contribution, null>): contribution is Part => 'part' in contribution;
export type Part = Extract<Contribution, { part: Gradient }>;
