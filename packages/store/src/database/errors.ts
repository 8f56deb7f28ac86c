import { AppError } from '@massif/contracts';

/** Codes of PostgreSQL (classes by two letters) and of Node's sockets that mean: not reachable now. */
const unavailableClasses = ['08', '53', '57'];
/** Query cancelled by a time-out of ours; the server is there but too slow, which is the same to the caller. */
const unavailableNodeCodes = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ENOENT',
]);
/** What `pg` says without a code, and Prisma around it. */
const unavailableMessages =
  /connection terminated|connection ended|timeout exceeded when trying to connect|client was closed|server closed the connection|can't reach database/i;
const unavailablePrismaCodes = new Set(['P1001', 'P1002', 'P1008', 'P1017', 'P2024', 'P2037']);
/** Text that PostgreSQL does not store: NUL, half of a surrogate pair. */
const badTextCodes = new Set(['22021', '22P05', '22P02']);
/** Two transactions met; the same call again succeeds. */
const retryCodes = new Set(['40001', '40P01', '55P03']);

/** A row was on its way to the default partition when its own was made: the same statement finds it now. */
export function missedPartition(error: unknown): boolean {
  // A check that has no name; the message depends on the server's language.
  return codeOf(error) === '23514' && !(error as { constraint?: unknown }).constraint;
}

/** The code of PostgreSQL, Node or Prisma in an error or in what caused it. */
export function codeOf(error: unknown, depth = 0): string | undefined {
  if (typeof error !== 'object' || error === null || depth > 4) return undefined;
  const { code, originalCode, cause, meta } = error as Record<string, unknown>;
  const inner = codeOf(cause, depth + 1) ?? codeOf((meta as { driverAdapterError?: unknown } | undefined)?.driverAdapterError, depth + 1);
  if (inner !== undefined) return inner;
  if (typeof originalCode === 'string') return originalCode;
  return typeof code === 'string' ? code : undefined;
}

/** Name of the constraint that a write would have broken. */
export function brokenConstraint(error: unknown): string | undefined {
  const { code, constraint } = (typeof error === 'object' && error !== null ? error : {}) as Record<string, unknown>;
  return typeof code === 'string' && code.startsWith('23') && typeof constraint === 'string' ? constraint : undefined;
}

/** An error of the database as one of ours: away, busy, or wrong text; what is left is a fault of ours, and stays as it is. */
export function toStoreError(error: unknown): unknown {
  if (error instanceof AppError) return error;
  const code = codeOf(error);
  const message = error instanceof Error ? error.message : String(error);
  const away =
    code === undefined
      ? unavailableMessages.test(message)
      : unavailableNodeCodes.has(code) ||
        unavailablePrismaCodes.has(code) ||
        (/^[0-9A-Z]{5}$/.test(code) && unavailableClasses.some((prefix) => code.startsWith(prefix)));
  if (away || unavailableMessages.test(message))
    return new AppError('service_unavailable', 'The database cannot be reached at the moment', { cause: error });
  if ((code !== undefined && retryCodes.has(code)) || missedPartition(error))
    return new AppError('service_unavailable', 'The database was busy with the same rows', { cause: error });
  if (code !== undefined && badTextCodes.has(code))
    return new AppError('invalid_spec', 'A text holds characters that cannot be stored', { cause: error });
  return error;
}
