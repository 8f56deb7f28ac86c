import { AppError } from '@massif/contracts';
import { codeOf } from './errors.ts';

/** Where a database is, without who may use it: `127.0.0.1:5432`, or the directory of a socket. */
export function placeOfDatabase(databaseUrl: string): string {
  const { hostname, port, searchParams } = new URL(databaseUrl);
  return searchParams.get('host') ?? `${hostname || 'localhost'}:${port || '5432'}`;
}

/**
 * Why a database cannot be connected to, in a sentence for who set its address: `service_unavailable` when it may be there
 * later, `invalid_spec` when the address has to be changed. For errors of a first connection only: whatever they are, they are
 * taken for one of the two.
 */
export function connectFailure(error: unknown, databaseUrl: string): AppError {
  const away = error instanceof AppError && error.code === 'service_unavailable';
  const cause = error instanceof AppError ? (error.cause ?? error) : error;
  const code = codeOf(cause);
  const message = cause instanceof Error ? cause.message : String(cause);
  const postgres = `PostgreSQL at ${placeOfDatabase(databaseUrl)}`;
  // Of several addresses of one name, all failed: there is no message then.
  if (away) return new AppError('service_unavailable', `${postgres} cannot be reached (${code ?? message})`, { cause: error });
  const sentence =
    code === '3D000' ? `there is no such database in ${postgres}: ${message}` : `${postgres} does not let Massif in: ${message}`;
  return new AppError('invalid_spec', sentence, { cause: error });
}
