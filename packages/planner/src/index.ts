export { nativeCapabilities } from './capabilities.ts';
export { parametersOf } from './model/shape.ts';
export { plan } from './plan.ts';
export { acceleratorProfile } from './profile/accelerator.ts';
export { defaultProfile } from './profile/default.ts';
export { deviceProfileSchema, type DeviceProfile } from './profile/profile.ts';
export type { Plan, PlanCluster, PlanInput, PlanResult, PlanSpec } from './types.ts';
