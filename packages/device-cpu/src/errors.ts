export type CpuDeviceErrorCode = 'device_out_of_memory' | 'device_closed' | 'device_aborted' | 'invalid_binding' | 'invalid_argument';

/** The CPU device refused a request; `context` holds the numbers in the message. */
export class CpuDeviceError extends Error {
  override readonly name = 'CpuDeviceError';
  readonly code: CpuDeviceErrorCode;
  readonly retryable = false;
  readonly context: Record<string, unknown>;

  constructor(code: CpuDeviceErrorCode, message: string, context: Record<string, unknown> = {}) {
    super(message);
    this.code = code;
    this.context = context;
  }
}
