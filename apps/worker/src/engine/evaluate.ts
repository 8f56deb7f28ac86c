import { readFile, stat } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { AppError, show, toAppError } from '@massif/contracts';
import { createCpuDevice } from '@massif/device-cpu';
import { createReferenceDevice } from '@massif/device-reference';
import type { Device } from '@massif/tensor';
import { evaluateTokens } from '@massif/trainer';
import { z } from 'zod';
import type { WorkerEnvironment } from '../env.ts';

const optionsSchema = z.object({
  model: z.string(),
  tokens: z.string(),
  device: z.enum(['reference', 'cpu', 'webgpu', 'cuda']),
  gradients: z.boolean(),
});

/**
 * `massif engine eval`: loss, logits and gradients of a stored model on given tokens.
 * @throws AppError `device_unavailable`, `data_*` naming the place in the file; ModelError
 */
export async function evaluateModel(given: Record<string, unknown>, environment: WorkerEnvironment): Promise<Record<string, unknown>> {
  const { model, tokens: file, device: name, gradients } = optionsSchema.parse(given);
  const open = devices[name];
  if (!open) throw new AppError('device_unavailable', `there is no ${name} device in this version; use --device cpu or reference`);
  const tokens = await readTokens(file);
  await checkDirectory(model);
  const device = await open(environment);
  try {
    return { ...(await evaluateTokens({ directory: model, tokens, device, gradients })) };
  } catch (error) {
    if ((error as { code?: unknown }).code === 'model_not_found') throw noModel(toAppError(error).message, error);
    if (!isOutOfMemory(error)) throw error;
    const message = 'its weights and activations do not fit into the memory of this machine';
    const fix = `use a smaller model, or shorter rows in --tokens${gradients ? ', or leave --gradients out' : ''}`;
    throw new AppError('does_not_fit', `--model: ${message}; ${fix}`, { cause: error, errors: [{ path: '--model', message, fix }] });
  } finally {
    await device.close();
  }
}

async function checkDirectory(model: string): Promise<void> {
  const found = await stat(model).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'ENOENT' || cause.code === 'ENOTDIR') throw noModel(`there is no directory ${model}`, cause);
    throw noModel(`cannot read ${model}: ${cause.code}`, cause);
  });
  if (!found.isDirectory()) throw noModel(`${model} is not a directory`);
}

function noModel(message: string, cause?: unknown): AppError {
  const fix = 'name a Hugging Face directory, with config.json and model.safetensors, such as massif train --local writes';
  return new AppError('model_not_found', `--model: ${message}; ${fix}`, { cause, errors: [{ path: '--model', message, fix }] });
}

const devices: Partial<Record<z.output<typeof optionsSchema>['device'], (environment: WorkerEnvironment) => Promise<Device>>> = {
  reference: async () => createReferenceDevice(),
  // What is not free would be refused late, or by ending this process, where the system promises more than it has.
  cpu: ({ native }) => createCpuDevice({ ...native, threads: availableParallelism(), memoryBytes: process.availableMemory() }),
};

/** The CPU device says so in a code; what JavaScript says of its own arrays is a RangeError. */
function isOutOfMemory(error: unknown): boolean {
  if ((error as { code?: unknown }).code === 'device_out_of_memory') return true;
  return error instanceof RangeError && /allocation failed|array length/i.test(error.message);
}

/** Rows of numbers from a JSON file; that they are ids of the model, and of one length, is checked where the model is known. */
async function readTokens(file: string): Promise<number[][]> {
  const refuse = (code: 'data_not_found' | 'data_unreadable' | 'data_invalid', message: string, cause?: unknown) =>
    new AppError(code, `tokens: ${file} ${message}`, { cause, context: { path: 'tokens' } });
  const text = await readFile(file, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    throw cause.code === 'ENOENT'
      ? refuse('data_not_found', 'does not exist', cause)
      : refuse('data_unreadable', `cannot be read (${cause.code ?? cause.message})`, cause);
  });
  let rows: unknown;
  try {
    // Some writers put a byte order mark in front.
    rows = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (cause) {
    throw refuse('data_invalid', `is not JSON: ${(cause as Error).message}`, cause);
  }
  if (!Array.isArray(rows)) throw refuse('data_invalid', `must hold ${rowsOfIds}, not ${show(rows)}`);
  if (rows.length === 0) throw refuse('data_invalid', `holds no rows; write ${rowsOfIds}`);
  return rows.map((row: unknown, index) => {
    const place = `tokens[${index}]`;
    if (!Array.isArray(row)) throw misplaced(place, `must be a row of token ids, not ${show(row)}`);
    if (row.length === 0) throw misplaced(place, 'holds no token ids');
    return row.map((id: unknown, column) => {
      if (typeof id === 'number') return id;
      throw misplaced(`${place}[${column}]`, `must be a token id, not ${show(id)}`);
    });
  });
}

const rowsOfIds = 'rows of token ids, [[id, ...], ...]';

const misplaced = (path: string, message: string) => new AppError('data_invalid', `${path}: ${message}`, { context: { path } });
