/**
 * What can be wrong with a model, its files or its tokenizer. nn knows nothing of HTTP; whoever stands above it maps `code` to its own error catalogue.
 *
 * - `not_supported`   valid, but not built here: an unknown model type, an option that would change the result
 * - `model_invalid`   a malformed config, tensor file or tokenizer; `field` names the field, tensor or file
 * - `model_not_found` a directory or file that is missing or cannot be read
 * - `model_exists`    an export target that must not be replaced
 */
export type ModelErrorCode = 'not_supported' | 'model_invalid' | 'model_not_found' | 'model_exists';

export class ModelError extends Error {
  readonly code: ModelErrorCode;
  /** The config field, tensor name or path that is at fault. */
  readonly field: string;
  readonly context: Readonly<Record<string, unknown>>;

  constructor(options: { code: ModelErrorCode; field: string; message: string; context?: Record<string, unknown>; cause?: unknown }) {
    super(options.message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'ModelError';
    this.code = options.code;
    this.field = options.field;
    this.context = options.context ?? {};
  }
}

export function invalid(field: string, message: string, context?: Record<string, unknown>): ModelError {
  return new ModelError({ code: 'model_invalid', field, message: `${field}: ${message}`, context });
}

export function notSupported(field: string, message: string, context?: Record<string, unknown>): ModelError {
  return new ModelError({ code: 'not_supported', field, message: `${field}: ${message}`, context });
}
