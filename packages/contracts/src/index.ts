export { AppError, toAppError, type AppErrorOptions, type FieldError } from './errors/app-error.ts';
export { fieldRules, type FieldRule } from './errors/field-rules.ts';
export { errorCatalogue, errorCodes, isErrorCode, isRetryable, type ErrorCode, type ErrorEntry } from './errors/catalogue.ts';
export { renderErrorDocs } from './errors/docs.ts';
export { renderJobSpecDocs } from './job/docs.ts';
export { problemToError } from './errors/from-problem.ts';
export { problemContentType, problemSchema, toProblem, type Problem } from './errors/problem.ts';

export { durationSchema, durationSeconds, parseDuration } from './values/duration.ts';
export { createIds, idPrefixes, idSchema, newId, type IdKind, type IdSources } from './values/id.ts';
export { joinPath, show, toPlainJson } from './values/plain.ts';
export { formatBytes, formatSize, parseSize, sizeSchema } from './values/size.ts';
export { editDistance, nearest } from './values/suggest.ts';

export * from './job/enumerations.ts';
export { layoutDevices, layoutSchema, singleDeviceLayout, type Layout, type LayoutInput } from './job/layout.ts';
export { limitsSchema, maxDurationExceeded } from './job/limits.ts';
export { learningRateAt, type LearningRateSchedule } from './job/learning-rate.ts';
export { nameFromFile } from './job/names.ts';
export { parseJobSpec } from './job/parse.ts';
export {
  jobSpecInputSchema,
  jobSpecSchema,
  type ContainerSpec,
  type DataSource,
  type DeploySpec,
  type FinetuneSpec,
  type JobKind,
  type JobSpec,
  type JobSpecInput,
  type Limits,
  type ModelSource,
  type Resources,
  type StandaloneModel,
  type StandaloneTrainSpec,
  type Training,
  type TrainSpec,
} from './job/schema.ts';
export { attemptStates, canTransition, isTerminal, jobStates, transitions, type AttemptState, type JobState } from './job/states.ts';
export { specSteps } from './job/steps.ts';
export { checkSupported, supportedFields, type SupportedField } from './job/supported.ts';
export { jobSpecLengthMax, parseJobText, parseText } from './job/text.ts';
export { stepsMax } from './job/training.ts';

export * from './api/access.ts';
export * from './api/cluster.ts';
export * from './api/common.ts';
export * from './api/job.ts';
export * from './api/live.ts';
export * from './api/live-topic.ts';
export * from './api/models.ts';
export * from './api/overview.ts';
export * from './api/plan.ts';
export * from './api/session.ts';
export * from './api/stream.ts';
export * from './api/templates.ts';
export * from './api/uploads.ts';
export * from './api/usage.ts';

export * from './internal/assignment.ts';
export * from './internal/supervisor.ts';
export * from './internal/usage.ts';

export { invalidSpec, validate } from './validation/validate.ts';
