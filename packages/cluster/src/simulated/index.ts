/** For whoever gives a simulated cluster a past: what happens there, as pure functions, and how what runs is handed over. */
export { fateOf } from './fate.ts';
export { worldFiles, type GangRecord } from './files.ts';
export { checkpointBytes, lifeOf, seedOfJob, stepsOf, type GangEvent } from './life.ts';
export { gangSlowness, machines, outagesOf } from './machines.ts';
export { between, exponential, normal, seedOf, uniform } from './random.ts';
export { busyOfJob, usageOf } from './usage.ts';
export { worldBeginsMs } from './world.ts';
