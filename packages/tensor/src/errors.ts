export type TensorErrorCode =
  | 'shape_mismatch'
  | 'dtype_mismatch'
  | 'graph_mismatch'
  | 'invalid_argument'
  | 'not_differentiable'
  | 'not_supported';

/** A graph that cannot be built, differentiated or compiled. The message names the op and the shapes. */
export class TensorError extends Error {
  override readonly name = 'TensorError';
  readonly code: TensorErrorCode;
  readonly context: Readonly<Record<string, unknown>>;

  constructor(code: TensorErrorCode, message: string, context: Record<string, unknown> = {}) {
    super(message);
    this.code = code;
    this.context = context;
  }
}

/** `[2,3]`, `[]`. */
export const formatShape = (shape: readonly number[]): string => `[${shape.join(',')}]`;

/** An error whose message reads `matmul: inner sizes differ ([2,3] and [4,5])`. */
export function shapeError(op: string, problem: string, shapes: readonly (readonly number[])[]): TensorError {
  return new TensorError('shape_mismatch', `${op}: ${problem} (${shapes.map(formatShape).join(' and ')})`, { op, shapes });
}
