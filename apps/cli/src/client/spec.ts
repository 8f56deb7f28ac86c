import { createHash } from 'node:crypto';
import { createReadStream, existsSync, openAsBlob } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename, dirname, isAbsolute, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import {
  AppError,
  checkSupported,
  jobSpecLengthMax,
  nameFromFile,
  parseJobText,
  parseText,
  pendingUpload,
  type JobSpecInput,
} from '@massif/contracts';
import type { Client, SpecInput } from '@massif/sdk';

interface LocalFile {
  field: string;
  /** As in the spec. */
  written: string;
  path: string;
  replace(reference: string): void;
}

export interface PrepareOptions {
  /** Told before each file is sent. */
  onUpload(path: string): void;
  /** For a dry run: nothing is sent, and uploads that are to come stand in place of files. */
  dryRun?: boolean;
}

/**
 * A job spec as the API takes it: the data files that it names are on this machine; in their place come the references of
 * uploads. What the control plane has already is not sent again, and nothing is sent for a job that it refuses, so that the same
 * files make the same spec. A spec that names none goes as it is written.
 * @throws AppError as the parser and, with files to send, a dry run do, before anything is sent; `data_not_found`,
 * `data_unreadable`, `data_invalid`, `not_supported` naming the field
 */
export async function prepareSpec(
  client: { uploads: Pick<Client['uploads'], 'find' | 'create'>; jobs: Pick<Client['jobs'], 'dryRun'> },
  file: string,
  { onUpload, dryRun = false }: PrepareOptions,
): Promise<SpecInput> {
  const text = await readSpecText(file);
  const spec = parseJobText(text, { fileName: basename(file) });
  checkSupported(spec);
  if ('path' in spec.model && !isAbsolute(spec.model.path))
    throw new AppError(
      'not_supported',
      `model.path: ${spec.model.path} is a directory of this machine, and models cannot be uploaded yet; name an absolute path that the control plane may read, or train here with massif train --local`,
      { context: { path: 'model.path' } },
    );
  // The defaults are filled in by the API: what is sent is what was written.
  const input = parseText(text) as JobSpecInput & { data: Record<string, unknown> };
  const files = localFiles(input.data, dirname(resolve(file)));
  if (files.length === 0) return { text, fileName: basename(file) };
  // An absolute path that is not here may be one of the control plane's own; it judges.
  const sent = files.filter(({ path, written }) => !isAbsolute(written) || existsSync(path));
  for (const local of sent) await checkFile(local);
  const name = input.name ?? nameFromFile(basename(file));
  const prepared: JobSpecInput = Object.assign(input, name === undefined ? {} : { name });
  const byPath = Map.groupBy(sent, ({ path }) => path);
  const toSend: string[] = [];
  const refer = (path: string, reference: string) => byPath.get(path)!.forEach(({ replace }) => replace(reference));
  for (const path of byPath.keys()) {
    const known = dryRun ? null : await client.uploads.find({ name: basename(path), sha256: await sha256Of(path) });
    refer(path, known?.reference ?? pendingUpload);
    if (!known) toSend.push(path);
  }
  if (dryRun || toSend.length === 0) return prepared;
  await client.jobs.dryRun(prepared);
  for (const path of toSend) {
    onUpload(path);
    refer(path, (await client.uploads.create(basename(path), await openAsBlob(path))).reference);
  }
  return prepared;
}

/** UTF-8 has at most four bytes a character. */
const specBytesMax = 4 * jobSpecLengthMax;

/** The text of a spec file, or of a pipe. @throws AppError `data_not_found`, `body_too_large` naming it */
export async function readSpecText(file: string): Promise<string> {
  const parts: Buffer[] = [];
  try {
    // One byte too many tells that there are more: a device may never end.
    for await (const part of createReadStream(resolve(file), { end: specBytesMax })) parts.push(part as Buffer);
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    const why = { ENOENT: 'there is no such file', EISDIR: 'it is a directory' }[code ?? ''] ?? message;
    throw new AppError('data_not_found', `cannot read ${file}: ${why}`, { cause });
  }
  const bytes = Buffer.concat(parts);
  if (bytes.length > specBytesMax)
    throw new AppError(
      'body_too_large',
      `${file} has more than ${specBytesMax} bytes; a job spec has at most ${jobSpecLengthMax} characters`,
    );
  return bytes.toString('utf8');
}

async function sha256Of(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}

function localFiles(data: Record<string, unknown>, directory: string): LocalFile[] {
  const found: LocalFile[] = [];
  const look = (field: string, value: unknown, replace: (reference: string) => void) => {
    if (typeof value === 'string' && !/^(upload|dataset):/.test(value))
      found.push({ field, written: value, path: resolve(directory, value), replace });
  };
  const { text, tokens } = data;
  if (Array.isArray(text))
    for (const [index, path] of text.entries()) look(`data.text[${index}]`, path, (reference) => (text[index] = reference));
  look('data.tokens', tokens, (reference) => (data['tokens'] = reference));
  return found;
}

/** @throws AppError when it is no file that can be sent */
async function checkFile({ field, path }: LocalFile): Promise<void> {
  const fail = (code: 'data_not_found' | 'data_unreadable' | 'data_invalid', message: string, cause?: unknown) =>
    new AppError(code, `${field}: ${path} ${message}`, { context: { path: field }, cause });
  const found = await stat(path).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'ENOENT' || cause.code === 'ENOTDIR') throw fail('data_not_found', 'does not exist', cause);
    throw fail('data_unreadable', `cannot be read (${cause.code})`, cause);
  });
  if (found.isDirectory())
    throw fail(
      'data_unreadable',
      field === 'data.tokens' ? 'is a directory: name a file' : 'is a directory: list its files in data.text, one by one',
    );
  if (!found.isFile()) throw fail('data_unreadable', 'is not a regular file');
  if (found.size === 0) throw fail('data_invalid', 'is empty');
}
