import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { AppError, newId, problemContentType, toProblem, type ErrorCode } from '@massif/contracts';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { methodsAt } from './route-table.ts';

/** Errors that the HTTP framework finds before our code sees the request, in our words. */
const frameworkErrors: Record<string, [ErrorCode, string]> = {
  FST_ERR_CTP_BODY_TOO_LARGE: ['body_too_large', 'The body is larger than this route accepts'],
  FST_ERR_CTP_INVALID_MEDIA_TYPE: [
    'unsupported_media_type',
    'The content type is missing or not known; send application/json or application/yaml',
  ],
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: ['malformed_body', 'The body does not have the announced length'],
  FST_ERR_CTP_EMPTY_JSON_BODY: ['malformed_body', 'The body is empty'],
  FST_ERR_BAD_URL: ['not_found', 'The address cannot be decoded'],
  FST_ERR_MAX_PARAM_LENGTH: ['not_found', 'There is nothing at this address'],
  FST_ERR_ASYNC_CONSTRAINT: ['not_found', 'There is nothing at this address'],
};

/** Seconds after which a client should try again what may then succeed. */
const retryAfterSeconds = 2;

/** Any thrown value as an AppError; what is not known is `internal`. */
function asAppError(error: unknown): AppError {
  if (error instanceof AppError) return error;
  const { code = '', statusCode = 500 } = (error ?? {}) as Partial<FastifyError>;
  // What a later version of the framework refuses, too, is the request's fault and not ours.
  const refused: [ErrorCode, string] | undefined =
    code.startsWith('FST_') && statusCode < 500 ? ['malformed_body', 'The request cannot be read'] : undefined;
  const known = frameworkErrors[code] ?? refused;
  return known
    ? new AppError(known[0], known[1], { cause: error })
    : new AppError('internal', 'Something went wrong inside Massif', { cause: error });
}

export function sendProblem(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const known = asAppError(error);
  if (known.status >= 500)
    request.log[known.code === 'internal' ? 'error' : 'warn']({ err: known.cause ?? known, code: known.code }, 'request failed');
  if (known.retryable) reply.header('retry-after', String(retryAfterSeconds));
  return reply
    .code(known.status)
    .header('cache-control', 'no-store')
    .type(problemContentType)
    .serializer(JSON.stringify)
    .send(toProblem(known, request.id));
}

/** Every error, whoever finds it, leaves as problem+json. */
export function answerWithProblems(app: FastifyInstance): void {
  app.setErrorHandler(sendProblem);
  app.setNotFoundHandler((request, reply) => {
    const path = request.url.split('?', 1)[0]!;
    const allowed = methodsAt(app.routeTable, path);
    // To change or delete a resource is a route of its own, which may not be there. A name that is too long reaches no route.
    if (allowed.length === 0 || allowed.includes(request.method) || request.method === 'PATCH' || request.method === 'DELETE')
      return sendProblem(new AppError('not_found', `There is nothing at ${request.method} ${shorten(path)}`), request, reply);
    reply.header('allow', allowed.join(', '));
    const error = new AppError('method_not_allowed', `${shorten(path)} does not know ${request.method}, only ${allowed.join(' and ')}`);
    return sendProblem(error, request, reply);
  });
}

function shorten(path: string): string {
  return path.length > 200 ? `${path.slice(0, 197)}...` : path;
}

/** What Node itself refuses, as an answer on the bare socket: there is no request yet. */
const protocolErrors: Record<string, [status: number, code: ErrorCode, detail: string]> = {
  HPE_HEADER_OVERFLOW: [431, 'body_too_large', 'The request headers are too large'],
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'malformed_body', 'The request did not arrive in time'],
};

export function answerProtocolError(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy(error);
  const [status, code, detail] = protocolErrors[error.code ?? ''] ?? [400, 'malformed_body', 'This is not a well-formed HTTP request'];
  const body = JSON.stringify({ ...toProblem(new AppError(code, detail), newId('request')), status });
  socket.end(
    [
      `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
      `content-type: ${problemContentType}`,
      `content-length: ${Buffer.byteLength(body)}`,
      'connection: close',
      '',
      body,
    ].join('\r\n'),
  );
}
