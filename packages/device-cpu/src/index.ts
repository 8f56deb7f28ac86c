export { createCpuDevice, type CpuDevice, type CpuDeviceOptions } from './device.ts';
export { CpuDeviceError, type CpuDeviceErrorCode } from './errors.ts';
export { createPool, type Pool } from './pool.ts';
export { loadRoutines, type NativeOptions, type Routines } from './routines.ts';
export { measureMatmul, measurePeak, type MatmulRate, type MatmulSize, type MeasureOptions } from './measure.ts';
