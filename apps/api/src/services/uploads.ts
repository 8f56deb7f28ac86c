import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { link, mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join, sep } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { AppError, idSchema, newId, type Upload } from '@massif/contracts';
import { drain, tooLarge } from '../http/body.ts';

export interface UploadOptions {
  /** Where files are kept; made when it is first needed. */
  directory: string;
  bytesMax: number;
}

/** What makes two uploads of a project the same: the job that names one would be the job that names the other. */
export interface UploadContent {
  name: string;
  /** SHA-256 of the content, as hexadecimal digits. */
  sha256: string;
}

/**
 * Files that users sent, by project: `DIRECTORY/PROJECT/UPLOAD/content`, beside it `upload.json`, written last. The id of the
 * first upload of a name and content is in `DIRECTORY/PROJECT/by-content/`.
 */
export interface Uploads {
  /**
   * Keeps a file. One of the same name and content, by what was received and not by what anybody says, is kept once and
   * answered again.
   * @throws AppError `body_too_large`, `malformed_body` when the file ends early
   */
  save(projectId: string, name: string, content: Readable): Promise<{ upload: Upload; created: boolean }>;
  /** Null when there is none in this project. */
  find(projectId: string, content: UploadContent): Promise<Upload | null>;
  /** Null when there is none in this project. */
  get(projectId: string, id: string): Promise<Upload | null>;
  /** Path of its content; undefined when there is none in this project. */
  fileOf(projectId: string, id: string): Promise<string | undefined>;
  /** `upload:ID` of a path that `fileOf` gave. */
  referenceOf(path: string): string | undefined;
  /** Removes what is left of uploads that were cut off with their server: without `upload.json`, and not written to for long. */
  sweep(now: Date): Promise<{ removed: string[] }>;
}

/** Another server may be at it still: a request takes an hour at most. */
const abandonedAfterMs = 2 * 3_600_000;

/** No project's upload has this for its id. */
const indexFolder = 'by-content';

const isUploadId = (id: string) => idSchema('upload').safeParse(id).success;

export function createUploads({ directory, bytesMax }: UploadOptions): Uploads {
  const folderOf = (projectId: string, id: string) => join(directory, projectId, id);

  const get = async (projectId: string, id: string): Promise<Upload | null> => {
    if (!isUploadId(id)) return null;
    try {
      return JSON.parse(await readFile(join(folderOf(projectId, id), 'upload.json'), 'utf8')) as Upload;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
      throw error;
    }
  };

  const indexFile = (projectId: string, { name, sha256 }: UploadContent) =>
    join(directory, projectId, indexFolder, createHash('sha256').update(`${sha256} ${name}`).digest('hex'));

  const find: Uploads['find'] = async (projectId, content) => {
    const id = await textOf(indexFile(projectId, content));
    const upload = id === undefined ? null : await get(projectId, id);
    const kept = upload && (await stat(join(folderOf(projectId, upload.id), 'content')).catch(() => null));
    // Whatever happened to the files: a job that is given this upload reads what its user has.
    return upload && upload.name === content.name && upload.sha256 === content.sha256 && kept?.size === upload.bytes ? upload : null;
  };

  /** Of several that arrive at the same time one is the first; the others learn which. */
  const enter = async (projectId: string, upload: Upload): Promise<Upload> => {
    const file = indexFile(projectId, upload);
    const aside = `${file}.${upload.id}`;
    await mkdir(dirname(file), { recursive: true, mode: 0o700 });
    await writeFile(aside, upload.id, { mode: 0o600 });
    try {
      await link(aside, file);
      return upload;
    } catch (error) {
      // On a file system without links the same content may be kept twice, which only costs room.
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') return upload;
      const first = await find(projectId, upload);
      if (!first) await rename(aside, file);
      return first ?? upload;
    } finally {
      await rm(aside, { force: true });
    }
  };

  return {
    async save(projectId, name, content) {
      const id = newId('upload');
      const folder = folderOf(projectId, id);
      await mkdir(folder, { recursive: true, mode: 0o700 });
      try {
        const { bytes, sha256 } = await receive(content, join(folder, 'content'), bytesMax);
        const upload: Upload = { id, name, bytes, sha256, createdAt: new Date().toISOString(), reference: `upload:${id}` };
        await writeFile(join(folder, 'upload.json.new'), JSON.stringify(upload), { mode: 0o600 });
        await rename(join(folder, 'upload.json.new'), join(folder, 'upload.json'));
        const first = await enter(projectId, upload);
        if (first.id !== id) await rm(folder, { recursive: true, force: true });
        return { upload: first, created: first.id === id };
      } catch (error) {
        await rm(folder, { recursive: true, force: true });
        throw error;
      }
    },
    find,
    get,
    fileOf: async (projectId, id) => ((await get(projectId, id)) ? join(folderOf(projectId, id), 'content') : undefined),
    referenceOf(path) {
      const [, id, file] = path.startsWith(directory + sep) ? path.slice(directory.length + 1).split(sep) : [];
      return id !== undefined && file === 'content' && isUploadId(id) ? `upload:${id}` : undefined;
    },
    async sweep(now) {
      const removed: string[] = [];
      for (const projectId of await namesIn(directory))
        for (const id of (await namesIn(join(directory, projectId))).filter(isUploadId)) {
          const folder = folderOf(projectId, id);
          const files = await namesIn(folder);
          if (files.includes('upload.json')) continue;
          const writtenMs = await Promise.all([folder, ...files.map((file) => join(folder, file))].map(lastWrittenMs));
          if (now.getTime() - Math.max(...writtenMs) < abandonedAfterMs) continue;
          await rm(folder, { recursive: true, force: true });
          removed.push(id);
        }
      return { removed };
    },
  };
}

/** What is in a folder; nothing when it is none, or gone. */
async function namesIn(folder: string): Promise<string[]> {
  return await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return [];
    throw error;
  });
}

/** Undefined when there is no such file. */
async function textOf(file: string): Promise<string | undefined> {
  return await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
}

/** A file that is gone was written to just now: its folder is at work. */
async function lastWrittenMs(path: string): Promise<number> {
  return await stat(path).then(
    ({ mtimeMs }) => mtimeMs,
    () => Infinity,
  );
}

async function receive(content: Readable, file: string, bytesMax: number): Promise<{ bytes: number; sha256: string }> {
  const hash = createHash('sha256');
  let bytes = 0;
  const measured = async function* (chunks: AsyncIterable<Buffer>) {
    for await (const chunk of chunks) {
      bytes += chunk.length;
      if (bytes > bytesMax) return;
      hash.update(chunk);
      yield chunk;
    }
  };
  // Without closing the request when we stop early: the client must still read the answer.
  const source = content.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>;
  await pipeline(measured(source), createWriteStream(file, { mode: 0o600, flags: 'wx' })).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'ENOSPC' || cause.code === 'EDQUOT')
      throw new AppError('service_unavailable', 'There is no space left for uploads', { cause });
    if (content.errored || content.destroyed) throw new AppError('malformed_body', 'The file ended before its announced length', { cause });
    throw cause;
  });
  if (bytes > bytesMax) {
    await drain(content);
    throw tooLarge(bytesMax);
  }
  return { bytes, sha256: hash.digest('hex') };
}
