import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { AppError, checkSupported, parseJobText, type StandaloneModel, type StandaloneTrainSpec, type TrainSpec } from '@massif/contracts';
import { readSpecText } from '../client/spec.ts';

/**
 * Reads a job spec for work without the control plane: in place of the job whose model it starts from comes the directory that
 * the job has left in this installation.
 * @throws AppError naming the file, or every wrong field; `model_not_found` when that job has left none
 */
export async function readLocalSpec(file: string, home: string): Promise<StandaloneTrainSpec> {
  const spec = parseJobText(await readSpecText(file), { fileName: basename(file) });
  checkSupported(spec);
  return { ...spec, model: standalone(spec.model, home) };
}

function standalone(model: TrainSpec['model'], home: string): StandaloneModel {
  if (!('job' in model)) return model;
  const path = join(home, 'jobs', model.job, 'model');
  if (!existsSync(join(path, 'config.json')))
    throw new AppError('model_not_found', `model.job: ${model.job} has left no model in ${path}; a job has one when it has succeeded`, {
      context: { path: 'model.job' },
    });
  return { path };
}
