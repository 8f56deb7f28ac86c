import type { Dtype } from '../graph/dtype.ts';
import type { ElementwiseOp } from '../graph/elementwise-table.ts';
import { TensorError } from '../errors.ts';
import type { ReduceOp } from '../graph/node.ts';

type ByDtype = Partial<Record<Dtype, string>>;

/** How a C-like language says things. In templates, $0 $1 $2 are the operands. */
export interface Dialect {
  name: string;
  types: ByDtype;
  /** A literal, which may be an operand of anything. */
  constant(dtype: Dtype, value: number): string;
  /** By the dtype of the last operand. */
  ops: Readonly<Record<Exclude<ElementwiseOp, 'cast'>, ByDtype>>;
  /** By the dtypes that are cast from and to. */
  casts: Readonly<Partial<Record<Dtype, ByDtype>>>;
  /** $0 what has been combined so far, $1 one more value. */
  combine: Readonly<Record<ReduceOp, ByDtype>>;
  /** What combining starts from. */
  neutral: Readonly<Record<ReduceOp, ByDtype>>;
  /** Holds where 0 <= $0 < $1, of two 32-bit integers. */
  inside: string;
}

/** @throws TensorError `not_supported` where a table has no entry. */
export function look(dialect: Dialect, table: ByDtype | undefined, dtype: Dtype, what: string): string {
  const found = table?.[dtype];
  if (found === undefined) throw new TensorError('not_supported', `${what} of ${dtype} cannot be written in ${dialect.name}`, { dtype });
  return found;
}

export const fill = (template: string, operands: readonly string[]): string =>
  template.replace(/\$(\d)/g, (_, index: string) => operands[Number(index)]!);
