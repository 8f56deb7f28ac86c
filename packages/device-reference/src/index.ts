export { createReferenceDevice, type ReferenceDeviceOptions } from './device.ts';
export { ReferenceDeviceError, type ReferenceDeviceErrorCode } from './errors.ts';
export { evaluateFn } from '@massif/tensor';
export type { Precision } from './memory.ts';
