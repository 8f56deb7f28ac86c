import { notSupported } from './errors.ts';

/** `data` of the job spec, as far as this package reads it. */
export type DataSpec = { text: readonly string[] } | { package: string } | { tokens: string } | { jsonl: unknown } | { images: unknown };

/** A file of a job's data. */
export interface SourceFile {
  /** Absolute. */
  path: string;
  /** The field of the job spec that names it, for errors: `data.text[0]`. */
  field: string;
  /** What its user calls it, for errors; the path when left out. */
  name?: string;
}

/** A source whose files are known by absolute path. */
export type DataSource = { kind: 'text'; files: readonly SourceFile[] } | ({ kind: 'tokens' } & SourceFile);

export interface SourceResolvers {
  /** A path of the spec to an absolute one (relative to the spec file, or an upload); throws when it is forbidden. */
  path: (path: string, field: string) => string;
  /** The text files of a known package, as absolute paths; throws for an unknown one. */
  package: (name: string, field: string) => readonly string[];
}

/** Finds the files of a job's data. jsonl and images answer `not_supported`. */
export function resolveSource(data: DataSpec, resolvers: SourceResolvers): DataSource {
  if ('text' in data)
    return {
      kind: 'text',
      files: data.text.map((name, i) => ({ path: resolvers.path(name, `data.text[${i}]`), field: `data.text[${i}]`, name })),
    };
  if ('package' in data)
    return {
      kind: 'text',
      files: resolvers.package(data.package, 'data.package').map((path) => ({ path, field: 'data.package', name: data.package })),
    };
  if ('tokens' in data)
    return { kind: 'tokens', path: resolvers.path(data.tokens, 'data.tokens'), field: 'data.tokens', name: data.tokens };
  if ('jsonl' in data) throw notSupported('data.jsonl', 'training on JSON lines is not built yet');
  if ('images' in data) throw notSupported('data.images', 'training on images is not built yet');
  data satisfies never;
  throw notSupported('data', 'has none of text, package and tokens');
}
