export { microBatches, accumulationSteps } from './samples.ts';
