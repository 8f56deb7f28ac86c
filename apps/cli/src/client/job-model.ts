import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { AppError, type StandaloneTrainSpec, type TrainSpec } from '@massif/contracts';

/**
 * A spec for work without the control plane: in place of the job whose model it starts from comes the directory that the job has
 * left in this installation.
 * @throws AppError `model_not_found` when there is none, naming the field
 */
export function withModelOfJob(spec: TrainSpec, home: string): StandaloneTrainSpec {
  const { model } = spec;
  if (!('job' in model)) return { ...spec, model };
  const { job } = model;
  const path = join(home, 'jobs', job, 'model');
  if (!existsSync(join(path, 'config.json')))
    throw new AppError('model_not_found', `model.job: ${job} has left no model in ${path}; a job has one when it has succeeded`, {
      context: { path: 'model.job' },
    });
  return { ...spec, model: { path } };
}
