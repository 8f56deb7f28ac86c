import { access, constants, readFile, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { modelConfig } from '@massif/catalog';
import { packageFiles } from '@massif/catalog/files';
import { AppError, idSchema, toAppError, uploadSchema, type ErrorCode, type TrainSpec } from '@massif/contracts';
import { nameOf, noFile, resolveSource, type DataSource, type SourceFile } from '@massif/data';

/**
 * Turns what a spec names into what ranks can open: presets into configs, paths into absolute ones, packages into files.
 * Every file is looked at now, so that a missing one is told before a process is started; an upload gets the name that its
 * user gave it.
 * @throws AppError `data_not_found`, `data_unreadable`, `model_not_found`, `not_supported`, with the field
 */
export async function resolveJob(
  spec: TrainSpec,
  absolute: (path: string, field: string) => string,
): Promise<{ spec: TrainSpec; source: DataSource }> {
  const found = ((): DataSource => {
    try {
      return resolveSource(spec.data, { path: absolute, package: packageFiles });
    } catch (error) {
      throw toAppError(error);
    }
  })();
  const source: DataSource =
    found.kind === 'text'
      ? { ...found, files: await Promise.all(found.files.map(withUserName)) }
      : { ...found, ...(await withUserName(found)) };
  for (const file of source.kind === 'text' ? source.files : [source]) await checkFile(file);
  return { spec: { ...spec, model: resolveModel(spec.model, absolute) }, source };
}

function resolveModel(model: TrainSpec['model'], absolute: (path: string, field: string) => string): TrainSpec['model'] {
  if ('preset' in model) return { config: { model_type: 'gpt2', ...modelConfig(model.preset) } };
  if ('path' in model) return { path: absolute(model.path, 'model.path') };
  return model;
}

/** The content of an upload lies in a directory of its id, beside a description of it. */
async function withUserName(file: SourceFile): Promise<SourceFile> {
  const folder = dirname(file.path);
  if (!idSchema('upload').safeParse(basename(folder)).success) return file;
  try {
    const upload = uploadSchema.parse(JSON.parse(await readFile(join(folder, 'upload.json'), 'utf8')));
    return { ...file, name: upload.name };
  } catch {
    // A directory that only looks like one.
    return file;
  }
}

async function checkFile(file: SourceFile): Promise<void> {
  const { path, field } = file;
  const name = nameOf(file);
  try {
    const found = await stat(path);
    if (!found.isFile()) throw refused('data_unreadable', field, `${name} ${noFile(file, found.isDirectory())}`);
    await access(path, constants.R_OK);
  } catch (error) {
    if (error instanceof AppError) throw error;
    const { code } = error as NodeJS.ErrnoException;
    // Where it was looked for says what a relative path was relative to.
    if (code === 'ENOENT' || code === 'ENOTDIR') throw refused('data_not_found', field, `there is no file ${path}`, error);
    throw refused('data_unreadable', field, `cannot read ${name}: ${code ?? String(error)}`, error);
  }
}

function refused(code: ErrorCode, field: string, message: string, cause?: unknown): AppError {
  return new AppError(code, `${field}: ${message}`, { context: { path: field }, cause });
}
