export { nameOf, noFile } from './errors.ts';
export { openPrepared, prepareData, type PreparedData } from './prepare.ts';
export type { PrepareProgress } from './progress.ts';
export { evaluationSamples, type SampleSet, trainingSamples } from './samples.ts';
export type { TokenShard } from './shard.ts';
export { type DataSource, resolveSource, type SourceFile } from './sources.ts';
export { totalSteps } from './steps.ts';
