export type NativeErrorCode = 'compiler_missing' | 'compile_failed' | 'library_unloadable';

/** Native code could not be built or loaded; the message says what to do. */
export class NativeError extends Error {
  override readonly name = 'NativeError';
  readonly code: NativeErrorCode;
  /** True when the same call may succeed later without a change by the user. */
  readonly retryable = false;
  readonly context: Record<string, unknown>;

  constructor(code: NativeErrorCode, message: string, context: Record<string, unknown> = {}, options: { cause?: unknown } = {}) {
    super(message, options);
    this.code = code;
    this.context = context;
  }
}
