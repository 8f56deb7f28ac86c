import { AppError } from '@massif/contracts';
import type { SourceFile } from './sources.ts';

/** What a file is called in a message: as whoever named it wrote it. */
export const nameOf = ({ name, path }: SourceFile): string => name ?? path;

/** A file was read but cannot be used. */
export function fileInvalid(file: SourceFile, message: string): AppError {
  return new AppError('data_invalid', `${file.field}: ${nameOf(file)} ${message}`, { context: { path: file.field } });
}

/** A file cannot be read. */
export function fileUnreadable(file: SourceFile, message: string, cause?: unknown): AppError {
  return new AppError('data_unreadable', `${file.field}: ${nameOf(file)} ${message}`, { context: { path: file.field }, cause });
}

/** Why something that is no file cannot be one, and what to write instead. */
export function noFile({ field }: Pick<SourceFile, 'field'>, isDirectory: boolean): string {
  if (!isDirectory) return 'is not a regular file';
  return field.startsWith('data.text') ? 'is a directory: list its files in data.text, one by one' : 'is a directory: name a file';
}

/** The data is there but cannot be used: `field` of the job spec, or a place in a file (`data.tokens[3][17]`). */
export function dataInvalid(field: string, message: string): AppError {
  return new AppError('data_invalid', `${field} ${message}`, { context: { path: field } });
}

export function notSupported(field: string, message: string): AppError {
  return new AppError('not_supported', `${field}: ${message}`, { context: { path: field } });
}
