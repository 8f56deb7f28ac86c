import { textOf, type RawSearch } from '../../api/search.ts';

/** What a new job begins with; one of them at most counts, the first that is there. */
export interface NewJobSearch {
  /** A template, to be changed. */
  template?: string | undefined;
  /** A job: its spec, to be changed. */
  from?: string | undefined;
  /** A model of the catalogue. */
  model?: string | undefined;
  /** The model of a job that has succeeded. */
  modelOf?: string | undefined;
}

export function parseNewJobSearch(search: RawSearch): NewJobSearch {
  return {
    template: textOf(search['template']),
    from: textOf(search['from']),
    model: textOf(search['model']),
    modelOf: textOf(search['modelOf']),
  };
}

/** Names what a draft began with, so that one that was changed is found again after a reload. */
export function sourceOf({ template, from, model, modelOf }: NewJobSearch): string {
  if (template !== undefined) return `template:${template}`;
  if (from !== undefined) return `from:${from}`;
  if (model !== undefined) return `model:${model}`;
  return modelOf === undefined ? 'new' : `modelOf:${modelOf}`;
}
