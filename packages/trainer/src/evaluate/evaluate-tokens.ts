import { AppError } from '@massif/contracts';
import { elementCount, modelLogits, modelLoss } from '@massif/nn';
import { loadModel, type LoadedModel } from '@massif/nn/files';
import { compileProgram, type Binding, type Device, type DeviceBuffer, type Fn } from '@massif/tensor';
import { flatLayout } from '../parameters/flat.ts';
import { gradientFn } from '../step/gradients.ts';

export interface EvaluateOptions {
  /** A Hugging Face model directory. */
  directory: string;
  /** B rows of equal length T. */
  tokens: number[][];
  device: Device;
  gradients: boolean;
}

export interface Evaluation {
  /** Mean next-token cross-entropy over B x (T - 1) in nats; null when T is 1. */
  loss: number | null;
  /** fp32, of each row's last position: B x vocabulary. */
  logits: number[][];
  /** l2 norms of that loss's gradients, under the names of the model's own files; a tied weight once. */
  gradients?: Record<string, number>;
}

const fp32Bytes = 4;

/**
 * Loss, last logits and gradients of a stored model, row by row.
 * @throws AppError `data_invalid` naming the place in `tokens`; ModelError; errors of the device
 */
export async function evaluateTokens({ directory, tokens, device, gradients }: EvaluateOptions): Promise<Evaluation> {
  const model = await loadModel(directory);
  const owned: DeviceBuffer[] = [];
  try {
    const T = checkTokens(tokens, model);
    const allocate = (bytes: number): Binding => {
      const buffer = device.allocate(bytes);
      owned.push(buffer);
      return { buffer, offsetBytes: 0 };
    };
    return await evaluate(model, { tokens, T, device, gradients: gradients && T > 1, allocate });
  } finally {
    for (const buffer of owned) device.release(buffer);
    await model.close();
  }
}

async function evaluate(
  model: LoadedModel,
  options: { tokens: number[][]; T: number; device: Device; gradients: boolean; allocate(bytes: number): Binding },
): Promise<Evaluation> {
  const { tokens, T, device, gradients, allocate } = options;
  const { config, parameters } = model;
  const layout = flatLayout(parameters);
  const flat = (place: Binding, prefix = '') =>
    Object.fromEntries(layout.parameters.map(({ name, offset }) => [`${prefix}${name}`, { ...place, offsetBytes: offset * fp32Bytes }]));
  const weights = allocate(layout.length * fp32Bytes);
  const sums = gradients ? allocate(layout.length * fp32Bytes) : undefined;
  for (const { name, offset, length } of layout.parameters) {
    const values = new Float32Array(length);
    await model.read(name, values);
    await device.write(weights.buffer, offset * fp32Bytes, values);
  }

  const shape = { batch: 1, sequence: T };
  const wrt = layout.parameters.map(({ name }) => name);
  const lossFn = modelLoss(config, shape);
  const load = (fn: Fn) => device.load(compileProgram(fn, { limits: device.limits }));
  const logitsProgram = await load(modelLogits(config, { ...shape, rows: 1 }));
  const lossProgram = T === 1 ? undefined : await load(gradients ? gradientFn(lossFn, { wrt, accumulate: true }) : lossFn);
  const arenaBytes = Math.max(logitsProgram.program.arenaBytes, lossProgram?.program.arenaBytes ?? 0);
  const arena = arenaBytes > 0 ? allocate(arenaBytes) : undefined;
  const ports = {
    tokens: allocate(T * fp32Bytes),
    targets: allocate(T * fp32Bytes),
    rows: allocate(fp32Bytes),
    loss: allocate(fp32Bytes),
    'd:loss': allocate(fp32Bytes),
    logits: allocate(config.vocabSize * fp32Bytes),
  };
  await device.write(ports.rows.buffer, 0, new Int32Array([T - 1]));
  await device.write(ports['d:loss'].buffer, 0, new Float32Array([1 / (tokens.length * (T - 1))]));

  let total = 0;
  const logits: number[][] = [];
  for (const row of tokens) {
    await device.write(ports.tokens.buffer, 0, Int32Array.from(row));
    await device.write(ports.targets.buffer, 0, Int32Array.from([...row.slice(1), -1]));
    const bindings = { ...flat(weights), ...(sums ? flat(sums, 'acc:') : {}), ...ports };
    const programs = [logitsProgram, lossProgram].filter((executable) => executable !== undefined);
    await device.submit(programs.map((executable) => ({ executable, bindings, arena }))).done;
    const last = new Float32Array(config.vocabSize);
    await device.read(ports.logits.buffer, 0, last);
    logits.push([...last]);
    const loss = new Float32Array(1);
    if (lossProgram) await device.read(ports.loss.buffer, 0, loss);
    total += loss[0]!;
  }
  const loss = T === 1 ? null : total / (tokens.length * (T - 1));
  if (!sums) return { loss, logits };

  const norms: Record<string, number> = {};
  for (const { name, fileName, shape: size } of parameters) {
    const values = new Float32Array(elementCount(size));
    await device.read(sums.buffer, layout.parameters.find((parameter) => parameter.name === name)!.offset * fp32Bytes, values);
    norms[fileName] = Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));
  }
  return { loss, logits, gradients: norms };
}

/** The rows' common length. */
function checkTokens(tokens: readonly number[][], { config }: LoadedModel): number {
  const invalid = (path: string, message: string) => new AppError('data_invalid', `${path} ${message}`, { context: { path } });
  const T = tokens[0]?.length ?? 0;
  if (T === 0) throw invalid('tokens', 'must hold at least one row of at least one id');
  if (T > config.positions) throw invalid('tokens[0]', `has ${T} ids, more than the ${config.positions} positions of the model`);
  for (const [b, row] of tokens.entries()) {
    if (row.length !== T) throw invalid(`tokens[${b}]`, `has ${row.length} ids, tokens[0] has ${T}`);
    for (const [t, id] of row.entries())
      if (!Number.isInteger(id) || id < 0 || id >= config.vocabSize)
        throw invalid(`tokens[${b}][${t}]`, `must be an integer from 0 to ${config.vocabSize - 1}, got ${id}`);
  }
  return T;
}
