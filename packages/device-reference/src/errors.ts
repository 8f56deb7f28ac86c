export type ReferenceDeviceErrorCode = 'device_out_of_memory' | 'device_closed' | 'invalid_binding';

/** The reference device refused a request. */
export class ReferenceDeviceError extends Error {
  override readonly name = 'ReferenceDeviceError';
  readonly code: ReferenceDeviceErrorCode;
  readonly retryable = false;
  readonly context: Readonly<Record<string, unknown>>;

  constructor(code: ReferenceDeviceErrorCode, message: string, context: Record<string, unknown> = {}) {
    super(message);
    this.code = code;
    this.context = context;
  }
}
