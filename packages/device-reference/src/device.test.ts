import { describeDevice } from '@massif/tensor/conformance';
import { createReferenceDevice } from './device.ts';

describeDevice('reference, fp32', { create: (options) => createReferenceDevice(options), tolerance: 1e-5 });
describeDevice('reference, fp64', {
  create: (options) => createReferenceDevice({ ...options, precision: 'fp64' }),
  tolerance: 1e-10,
  wide: true,
});
