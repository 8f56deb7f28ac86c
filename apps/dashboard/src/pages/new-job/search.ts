import { textOf, type RawSearch } from '../../api/search.ts';

export interface NewJobSearch {
  /** A template to begin with. */
  template?: string | undefined;
  /** A job to begin with: its spec, to be changed. */
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
