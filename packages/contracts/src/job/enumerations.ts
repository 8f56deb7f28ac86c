/** Every enumeration of the job spec, in one place. */
export const jobKinds = ['train', 'finetune', 'deploy'] as const;
export const precisions = ['fp32', 'bf16', 'fp16', 'fp8'] as const;
export const optimizerNames = ['adamw', 'sgd', 'muon'] as const;
export const learningRateSchedules = ['constant', 'cosine', 'linear', 'wsd'] as const;
export const pipelineSchedules = ['1f1b', 'zero-bubble'] as const;
export const recomputeModes = ['none', 'selective', 'full'] as const;
export const contextParallelKinds = ['ring', 'all-to-all'] as const;
export const offloadTiers = ['host', 'nvme'] as const;
export const objectives = ['fastest', 'cheapest', 'fewestDevices'] as const;
export const jsonlForms = ['auto', 'text', 'instruction', 'chat', 'preference'] as const;
export const tuningObjectives = ['sft', 'dpo', 'reward'] as const;
export const adapters = ['none', 'lora', 'dora'] as const;
export const basePrecisions = ['fp32', 'bf16', 'int8', 'nf4'] as const;
export const servePrecisions = ['fp32', 'bf16', 'fp16', 'fp8', 'int8', 'nf4'] as const;
