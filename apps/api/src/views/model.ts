import { basename } from 'node:path';
import { findModel } from '@massif/catalog';
import { AppError, type ModelSource } from '@massif/contracts';
import { parametersOf } from '@massif/planner';

/** What is said of a model where there is room for a word. */
export function modelWord(model: ModelSource | undefined): string {
  if (!model) return '';
  if ('preset' in model) return model.preset;
  if ('config' in model) return model.config.model_type;
  return 'job' in model ? model.job : basename(model.path);
}

/** How many parameters a model has; null for that of another job or of a directory, which would have to be read. */
export function modelParameters(model: ModelSource | undefined): number | null {
  if (model && 'config' in model) return parametersOf(model.config);
  return model && 'preset' in model ? presetParameters(model.preset) : null;
}

function presetParameters(name: string): number | null {
  try {
    return Math.round(findModel(name).parametersB * 1e9);
  } catch (error) {
    // Of a job from before the catalogue changed.
    if (error instanceof AppError) return null;
    throw error;
  }
}
