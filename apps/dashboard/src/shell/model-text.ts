import type { JobSummary } from '@massif/contracts';
import type { Format } from '../i18n/format.ts';

/** A model as people say it: `gpt2 · 124 M`; without its size where that is not known. */
export function modelText(
  { model, modelParameters }: Pick<JobSummary, 'model' | 'modelParameters'>,
  format: Pick<Format, 'count'>,
): string {
  return modelParameters === null ? model : `${model} · ${format.count(modelParameters)}`;
}
