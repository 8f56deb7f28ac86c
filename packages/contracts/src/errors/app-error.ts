import type { FieldRule } from './field-rules.ts';
import { errorCatalogue, isErrorCode, type ErrorCode } from './catalogue.ts';

/** One thing that is wrong with an input. */
export interface FieldError {
  /** Dotted path of the field: `training.optimizer.learningRate`, `data.text[2]`; empty for the whole input. */
  path: string;
  message: string;
  /** What to write instead. */
  fix?: string | undefined;
  /** The rule that is broken, with the values in it: what `message` and `fix` say, for who says it in another language. */
  rule?: FieldRule | undefined;
  facts?: Readonly<Record<string, string | number>> | undefined;
}

export interface AppErrorOptions {
  /** Facts about this occurrence, for logs and machines. A `path` in it names the field at fault. */
  context?: Record<string, unknown> | undefined;
  cause?: unknown;
  errors?: FieldError[] | undefined;
}

/** The one error of this product: a code of the catalogue, a sentence about this occurrence, and facts. */
export class AppError extends Error {
  override readonly name = 'AppError';
  readonly code: ErrorCode;
  /** HTTP status. */
  readonly status: number;
  readonly retryable: boolean;
  readonly context: Record<string, unknown>;
  readonly errors: FieldError[] | undefined;

  constructor(code: ErrorCode, message: string, { context = {}, cause, errors }: AppErrorOptions = {}) {
    super(message, cause === undefined ? undefined : { cause });
    const { status, retryable } = errorCatalogue[code];
    this.code = code;
    this.status = status;
    this.retryable = retryable;
    this.context = context;
    this.errors = errors;
  }
}

/**
 * What the operating system says when a file cannot be written. Whoever reads what a user named turns these into
 * `data_unreadable` and its like before they get here; what is left is about files of our own.
 */
const storageCodes: readonly unknown[] = ['ENOSPC', 'EDQUOT', 'EROFS', 'EACCES', 'EPERM', 'EIO', 'ENOTDIR'];

/**
 * Any thrown value as an AppError. Errors of packages that know nothing of this one are recognised by a `code` of the
 * catalogue; the place that their `field` or `context.path` names is kept. Files that cannot be written are
 * `storage_failed`. Everything else is `otherwise`.
 */
export function toAppError(error: unknown, otherwise: ErrorCode = 'internal'): AppError {
  if (error instanceof AppError) return error;
  const { code, message, field, context } = (typeof error === 'object' && error !== null ? error : {}) as Record<string, unknown>;
  const text = typeof message === 'string' && message !== '' ? message : String(error);
  if (storageCodes.includes(code)) return new AppError('storage_failed', text, { cause: error });
  if (!isErrorCode(code)) return new AppError(otherwise, text, { cause: error });
  const facts = typeof context === 'object' && context !== null ? { ...(context as Record<string, unknown>) } : {};
  if (typeof field === 'string' && typeof facts['path'] !== 'string') facts['path'] = field;
  return new AppError(code, text, { cause: error, context: facts });
}
