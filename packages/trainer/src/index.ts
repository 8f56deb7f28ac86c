export { evaluateTokens } from './evaluate/evaluate-tokens.ts';
export type { RunFacts, StepRecord } from './loop/events.ts';
export { train } from './train.ts';
