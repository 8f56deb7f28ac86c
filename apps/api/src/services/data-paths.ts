import { constants } from 'node:fs';
import { access, realpath, stat } from 'node:fs/promises';
import { isAbsolute, resolve, sep } from 'node:path';
import { packageFiles } from '@massif/catalog/files';
import {
  AppError,
  idSchema,
  pendingUpload,
  type DataSource,
  type ErrorCode,
  type ModelSource,
  type StandaloneModel,
  type StandaloneTrainSpec,
  type TrainSpec,
} from '@massif/contracts';
import type * as store from '@massif/store';
import { modelPathOf } from '../views/job.ts';
import type { Uploads } from './uploads.ts';

export interface DataPathOptions {
  /** Directories that jobs may name paths in. */
  roots: readonly string[];
  uploads: Uploads;
  jobs: Pick<store.JobStore, 'get'>;
  /** Where jobs leave their models: `DIRECTORY/JOB/model`. */
  jobsDirectory: string;
}

export interface ResolveOptions {
  projectId: string;
  /** Nothing is started: data that is not uploaded yet, `pendingUpload`, is taken for good. */
  allowPendingUpload?: boolean;
}

/** Who asks, and which field of the spec is being read. */
interface Place extends ResolveOptions {
  field: string;
}

type Kind = 'file' | 'directory';

export interface DataPaths {
  /**
   * A spec whose data and model are absolute paths of files that exist and may be read by jobs of this project.
   * @throws AppError `data_path_forbidden`, `data_not_found`, `data_unreadable`, `model_not_found`, naming the field
   */
  resolve(spec: TrainSpec, options: ResolveOptions): Promise<StandaloneTrainSpec>;
  /** The reverse for what users see: a path of an upload as `upload:ID`, of a job's model as `{ job: ID }`. */
  show<Spec extends object>(spec: Spec): Spec;
}

const allow = 'have an administrator list its directory in MASSIF_DATA_ROOTS when the control plane is started';

const forbidden = (field: string, why: string) => {
  const instead = field === 'model.path' ? 'use model: { job: ID } for the model of an earlier job' : 'use upload:ID or a data package';
  return new AppError('data_path_forbidden', `${field}: ${why}`, {
    errors: [{ path: field, message: why, fix: `${instead}, or ${allow}` }],
  });
};

/**
 * Over REST a path is only a name of something that was allowed before. What lies outside the allowed directories is refused
 * before the file system is asked, so that nobody learns what exists there; links are followed before the last check.
 */
export function createDataPaths({ roots, uploads, jobs, jobsDirectory }: DataPathOptions): DataPaths {
  const allowed = roots.map((root) => resolve(root));
  const installed = new Set<string>();

  const resolvePath = async (path: string, kind: Kind, { projectId, field, allowPendingUpload }: Place): Promise<string> => {
    if (allowPendingUpload && kind === 'file' && path === pendingUpload) return path;
    const upload = /^upload:(.*)$/s.exec(path);
    if (upload) {
      const file = kind === 'file' ? await uploads.fileOf(projectId, upload[1]!) : undefined;
      if (file === undefined) throw missing('data_not_found', field, `there is no upload ${JSON.stringify(upload[1])}`);
      return file;
    }
    if (path.startsWith('dataset:'))
      throw missing('data_not_found', field, `there is no dataset ${JSON.stringify(path.slice('dataset:'.length))}`);
    if (!isAbsolute(path)) throw forbidden(field, `${JSON.stringify(path)} is a relative path, which means nothing to the control plane`);
    const wanted = resolve(path);
    if (!allowed.some((root) => isWithin(root, wanted)))
      throw forbidden(field, `${JSON.stringify(path)} is not in a directory that jobs may read`);
    const real = await ask(() => realpath(wanted), field, kind);
    const realRoots = await Promise.all(allowed.map((root) => realpath(root).catch(() => root)));
    if (!realRoots.some((root) => isWithin(root, real)))
      throw forbidden(field, `${JSON.stringify(path)} is a link to outside of the directories that jobs may read`);
    const found = await ask(() => stat(real), field, kind);
    if (kind === 'file' ? !found.isFile() : !found.isDirectory())
      throw missing(kind === 'file' ? 'data_unreadable' : 'model_not_found', field, `${JSON.stringify(path)} is not a ${kind}`);
    await ask(() => access(real, constants.R_OK), field, kind);
    return real;
  };

  const resolveModel = async (model: ModelSource, options: ResolveOptions): Promise<StandaloneModel> => {
    if ('path' in model) return { path: await resolvePath(model.path, 'directory', { ...options, field: 'model.path' }) };
    if (!('job' in model)) return model;
    const field = 'model.job';
    const job = await jobs.get({ projectId: options.projectId }, model.job);
    if (!job) throw missing('model_not_found', field, `there is no job ${model.job} in this project`);
    const path = modelPathOf(job.result);
    if (job.state === 'succeeded' && path === null) throw missing('model_not_found', field, `${model.job} has left no model`);
    if (job.state !== 'succeeded' || path === null)
      throw missing('model_not_found', field, `${model.job} is ${job.state}: only a job that has succeeded has a model`);
    await access(path, constants.R_OK).catch((cause: unknown) => {
      throw missing('model_not_found', field, `the model of ${model.job} is not at ${path} any more`, cause);
    });
    return { path };
  };

  const resolveData = async (data: DataSource, options: ResolveOptions): Promise<DataSource> => {
    if ('package' in data) {
      // Installed with the product: what was there once is there.
      if (installed.has(data.package)) return data;
      for (const file of packageFiles(data.package)) await ask(() => access(file, constants.R_OK), 'data.package', 'file');
      installed.add(data.package);
      return data;
    }
    if ('tokens' in data) return { tokens: await resolvePath(data.tokens, 'file', { ...options, field: 'data.tokens' }) };
    if (!('text' in data)) return data;
    const text: string[] = [];
    for (const [index, path] of data.text.entries())
      text.push(await resolvePath(path, 'file', { ...options, field: `data.text[${index}]` }));
    return { text };
  };

  return {
    resolve: async (spec, options) => ({
      ...spec,
      model: await resolveModel(spec.model, options),
      data: await resolveData(spec.data, options),
    }),
    show(spec) {
      const { data, model } = spec as { data?: DataSource; model?: ModelSource };
      const shown = (path: string) => uploads.referenceOf(path) ?? path;
      return {
        ...spec,
        ...(model && 'path' in model ? { model: jobOfModel(model.path, jobsDirectory) ?? model } : {}),
        ...(data && 'text' in data ? { data: { text: data.text.map(shown) } } : {}),
        ...(data && 'tokens' in data ? { data: { tokens: shown(data.tokens) } } : {}),
      };
    },
  };
}

/** `{ job: ID }` for the directory of its model. */
function jobOfModel(path: string, jobsDirectory: string): ModelSource | undefined {
  const [job, model, ...rest] = path.startsWith(jobsDirectory + sep) ? path.slice(jobsDirectory.length + 1).split(sep) : [];
  return model === 'model' && rest.length === 0 && idSchema('job').safeParse(job).success ? { job: job! } : undefined;
}

function isWithin(root: string, path: string): boolean {
  return path === root || path.startsWith(root.endsWith(sep) ? root : root + sep);
}

async function ask<Answer>(question: () => Promise<Answer>, field: string, kind: Kind): Promise<Answer> {
  try {
    return await question();
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    const gone = code === 'ENOENT' || code === 'ENOTDIR' || code === 'ENAMETOOLONG';
    if (gone) throw missing(kind === 'file' ? 'data_not_found' : 'model_not_found', field, 'there is no such path', cause);
    throw missing('data_unreadable', field, `it cannot be read (${code})`, cause);
  }
}

function missing(code: ErrorCode, field: string, message: string, cause?: unknown): AppError {
  return new AppError(code, `${field}: ${message}`, { cause, context: { path: field } });
}
