import { z } from 'zod';
import { bytesSchema, sizeSchema } from '../values/size.ts';
import { dataSchema } from './data.ts';
import { jobKinds } from './enumerations.ts';
import { layoutChoiceSchema } from './layout.ts';
import { limitsSchema } from './limits.ts';
import { modelSchema } from './model.ts';
import { jobNameSchema, shortNameSchema } from './names.ts';
import { devicesSchema, objectiveSchema, resourcesSchema } from './resources.ts';
import { containerRuntimeSchema, nativeRuntimeSchema } from './runtime.ts';
import { evaluateNormalisedSchema, evaluateWireSchema, trainingSchema } from './training.ts';
import { methodSchema, serveSchema } from './tuning.ts';

/**
 * The four shapes of a job spec. They come in two forms that differ only where the wire knows several ways to write one
 * value, sizes (`4GiB` or bytes) and `evaluate: off`, and where defaults come from elsewhere: the name and the devices.
 */
function jobSchemas<Resources extends z.ZodType, Evaluate extends z.ZodType, Name extends z.ZodType>(form: {
  resources: Resources;
  evaluate: Evaluate;
  name: Name;
}) {
  const common = {
    name: form.name,
    project: shortNameSchema.default('default').describe('That of the token.'),
    queue: shortNameSchema.default('default').describe('Where it waits.'),
    priority: z.int().min(-1_000_000).max(1_000_000).default(0).describe('Higher goes first.'),
    resources: form.resources,
    limits: limitsSchema.prefault({}),
    objective: objectiveSchema.default('fastest'),
    layout: layoutChoiceSchema.default('auto'),
  };
  const native = { ...common, runtime: nativeRuntimeSchema.default('native'), model: modelSchema };
  const training = trainingSchema(form.evaluate);
  return {
    train: z.strictObject({ kind: z.literal('train'), ...native, data: dataSchema, training }),
    finetune: z.strictObject({ kind: z.literal('finetune'), ...native, data: dataSchema, training, method: methodSchema.prefault({}) }),
    deploy: z.strictObject({ kind: z.literal('deploy'), ...native, serve: serveSchema.prefault({}) }),
    container: z.strictObject({
      kind: z.enum(jobKinds),
      ...common,
      runtime: containerRuntimeSchema,
      model: modelSchema.optional(),
      data: dataSchema.optional(),
      training: training.partial({ globalBatch: true, sequence: true, optimizer: true }).optional(),
      method: methodSchema.optional(),
      serve: serveSchema.optional(),
    }),
  };
}

/** What users send. */
export const wireSchemas = jobSchemas({
  resources: resourcesSchema({ size: sizeSchema, devices: devicesSchema.optional() }).prefault({}),
  evaluate: evaluateWireSchema,
  name: jobNameSchema.optional().describe("Default: the file's name."),
});

const normalised = jobSchemas({
  resources: resourcesSchema({ size: bytesSchema, devices: devicesSchema }),
  evaluate: evaluateNormalisedSchema,
  name: jobNameSchema,
});

/** A job spec as users send it, for documentation; `parseJobSpec` reads it with better errors. */
export const jobSpecInputSchema = z
  .union([wireSchemas.train, wireSchemas.finetune, wireSchemas.deploy, wireSchemas.container])
  .meta({ id: 'JobSpecInput', description: 'What a job is, as users write it.' });

/** A job spec with every default filled in. */
export const jobSpecSchema = z
  .union([normalised.train, normalised.finetune, normalised.deploy, normalised.container])
  .meta({ id: 'JobSpec', description: 'What a job is, with every default filled in, sizes in bytes.' });

export type TrainSpec = z.output<typeof normalised.train>;
export type FinetuneSpec = z.output<typeof normalised.finetune>;
export type DeploySpec = z.output<typeof normalised.deploy>;
export type ContainerSpec = z.output<typeof normalised.container>;

/** A job spec with every default filled in: what `parseJobSpec` returns and the store keeps. */
export type JobSpec = z.output<typeof jobSpecSchema>;
export type JobSpecInput = z.input<typeof jobSpecInputSchema>;
export type JobKind = (typeof jobKinds)[number];
export type ModelSource = TrainSpec['model'];
/** A model that needs nobody who knows the jobs: the model of an earlier job is named by its directory. */
export type StandaloneModel = Exclude<ModelSource, { job: string }>;
export type StandaloneTrainSpec = TrainSpec & { model: StandaloneModel };
export type DataSource = TrainSpec['data'];
export type Training = TrainSpec['training'];
export type Resources = TrainSpec['resources'];
export type Limits = TrainSpec['limits'];
