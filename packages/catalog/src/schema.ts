/** The forms of the data files, in `data/`. Tests check every row; at run time they are trusted. */
import { z } from 'zod';

const count = z.int().min(1);
const positive = z.number().positive();

/** A model architecture. */
export const modelEntrySchema = z.strictObject({
  name: z.string().min(1),
  aliases: z.array(z.string().min(1)),
  family: z.string().min(1),
  layers: count,
  hidden: count,
  heads: count,
  /** Heads of keys and values; fewer than `heads` with grouped queries. */
  kvHeads: count,
  headDim: count,
  /** Inner width of one MLP matrix. */
  ffn: count,
  /** Gated: three MLP matrices instead of two. */
  gated: z.boolean(),
  /** Padded size, as in the embedding. */
  vocabulary: count,
  sequence: count,
  /** The output projection is the token embedding. */
  tied: z.boolean(),
  /** Rows of a learned position embedding; absent without one. */
  learnedPositions: count.optional(),
  /** Mixture of experts. */
  experts: count.optional(),
  expertsPerToken: count.optional(),
  expertFfn: count.optional(),
  sharedFfn: count.optional(),
  /** First layers without experts. */
  denseLayers: z.int().min(0).optional(),
  /** Ranks and head sizes of latent attention. */
  mla: z.strictObject({ qLora: z.int().min(0), kvLora: count, nope: count, rope: count, v: count }).optional(),
  /** Global batch of the published run, tokens. */
  batchTokens: count.optional(),
  /** Billions, from the sizes, without norms and biases. */
  parametersB: positive,
  /** Billions that one token meets. */
  activeParametersB: positive,
  /** Billions, as the model is called. */
  nominalB: positive.optional(),
  source: z.string().min(1),
  verified: z.boolean(),
  note: z.string().optional(),
});

export type ModelEntry = z.output<typeof modelEntrySchema>;

/** An accelerator; rates are dense and per device, links count one direction. */
export const acceleratorSchema = z.strictObject({
  name: z.string().min(1),
  aliases: z.array(z.string().min(1)),
  bf16Tflops: positive,
  fp8Tflops: positive.nullable(),
  fp4Tflops: positive.nullable(),
  memoryGB: positive,
  memoryTBps: positive,
  link: z.string(),
  linkGBps: positive.nullable(),
  /** Devices that the link joins. */
  domainDevices: count.nullable(),
  nic: z.string().nullable(),
  nicGBps: positive.nullable(),
  pcieGBps: positive.nullable(),
  powerWatts: positive.nullable(),
  /** Highest rate of a matrix product seen in practice. */
  achievableBf16Tflops: positive.nullable(),
  achievableFp8Tflops: positive.nullable(),
  /** Fields that no source at hand confirms. */
  doubtful: z.array(z.string()),
  verified: z.boolean(),
  note: z.string().optional(),
});

export type Accelerator = z.output<typeof acceleratorSchema>;

/** What somebody asked for an accelerator on a date. */
export const priceSchema = z.strictObject({
  accelerator: z.string(),
  usdPerHour: positive,
  provider: z.string(),
  spot: z.boolean(),
  source: z.string(),
  date: z.string(),
  verified: z.boolean(),
});

export type Price = z.output<typeof priceSchema>;

/** A link, one direction; `of` a device in all, or one port. */
export const linkSchema = z.strictObject({ name: z.string(), GBps: positive, of: z.enum(['device', 'port']) });

export type Link = z.output<typeof linkSchema>;

export const clusterSchema = z.strictObject({
  name: z.string(),
  accelerator: z.string(),
  devicesPerNode: count,
  nics: z.string(),
  verified: z.boolean(),
});

export type Cluster = z.output<typeof clusterSchema>;

/** An npm package that holds data. */
export const dataPackageSchema = z.strictObject({
  name: z.string(),
  version: z.string(),
  /** Relative to the package. */
  files: z.array(z.string()).min(1),
  bytes: count,
  title: z.string(),
  licence: z.string(),
  source: z.string(),
});

export type DataPackage = z.output<typeof dataPackageSchema>;
