import type { Readable } from 'node:stream';
import { AppError } from '@massif/contracts';
import type { FastifyInstance, FastifyRequest } from 'fastify';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** `text`: the handler gets a `TextBody`, JSON or YAML, and parses it itself; `stream`: it reads the body. Default: parsed JSON. */
    body?: 'text' | 'stream';
  }
}

/** A body as it came. */
export interface TextBody {
  text: string;
  /** What the content type says. */
  format: 'json' | 'yaml';
}

const yamlTypes = ['application/yaml', 'application/x-yaml', 'text/yaml', 'text/x-yaml'];

/** Beyond what is refused, read and thrown away, so that a client in the middle of sending still gets to read the answer. */
const drainBytesMax = 256 * 2 ** 20;
const drainMsMax = 20_000;
/** A body that is kept in memory must have arrived by then. */
const readMsMax = 120_000;

/** Parsers of JSON and YAML bodies; everything else is 415. */
export function addBodyParsers(app: FastifyInstance, { parseJson }: { parseJson(text: string): unknown }): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/json', async (request: FastifyRequest, payload: Readable) => {
    const text = await readText(request, payload);
    if (request.routeOptions.config.body === 'text') return { text, format: 'json' } satisfies TextBody;
    return text.trim() === '' ? undefined : parseJson(text);
  });
  app.addContentTypeParser(yamlTypes, async (request: FastifyRequest, payload: Readable) => {
    if (request.routeOptions.config.body !== 'text') throw new AppError('unsupported_media_type', 'This route reads application/json only');
    return { text: await readText(request, payload), format: 'yaml' } satisfies TextBody;
  });
}

/** The body of a route that reads text. @throws AppError `malformed_body` when the request has none */
export function textOf({ body }: FastifyRequest): TextBody {
  if (body === undefined || body === null)
    throw new AppError('malformed_body', 'The request has no body', {
      errors: [{ path: '', message: 'The request has no body', fix: 'send a job spec as JSON or YAML' }],
    });
  return body as TextBody;
}

async function readText(request: FastifyRequest, payload: Readable): Promise<string> {
  const bytes = await readBody(request, payload, request.routeOptions.bodyLimit ?? 0);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new AppError('malformed_body', 'The body is not valid UTF-8', { cause });
  }
}

/**
 * A body of at most `limitBytes`. A larger one is read to its end, within reason, before it is refused: a client that is
 * cut off while sending sees a broken connection instead of the answer.
 * @throws AppError `body_too_large`, `unsupported_media_type` for an encoded body, `malformed_body` when it ends early
 */
async function readBody(request: FastifyRequest, payload: Readable, limitBytes: number): Promise<Buffer> {
  refuseEncoding(request);
  const chunks: Buffer[] = [];
  let length = 0;
  const timer = setTimeout(() => payload.destroy(new Error(`it took longer than ${readMsMax / 1000} s`)), readMsMax);
  try {
    for await (const chunk of payload.iterator({ destroyOnReturn: false })) {
      length += (chunk as Buffer).length;
      if (length > limitBytes) break;
      chunks.push(chunk as Buffer);
    }
  } catch (cause) {
    throw new AppError('malformed_body', 'The body ended before its announced length', { cause });
  } finally {
    clearTimeout(timer);
  }
  if (length <= limitBytes) return Buffer.concat(chunks);
  await drain(payload);
  throw tooLarge(limitBytes);
}

/** Reads what is left of a body and forgets it. */
export async function drain(payload: Readable): Promise<void> {
  const deadline = performance.now() + drainMsMax;
  let length = 0;
  try {
    for await (const chunk of payload.iterator({ destroyOnReturn: false })) {
      length += (chunk as Buffer).length;
      if (length > drainBytesMax || performance.now() > deadline) return;
    }
  } catch {
    // The client has gone away; nobody reads the answer.
  }
}

export function refuseEncoding({ headers }: FastifyRequest): void {
  const encoding = headers['content-encoding'];
  if (encoding !== undefined && encoding !== 'identity')
    throw new AppError('unsupported_media_type', `Bodies with content-encoding ${encoding} are not read; send it as it is`);
}

export function tooLarge(limitBytes: number): AppError {
  return new AppError('body_too_large', `The body is larger than ${limitBytes} bytes`, { context: { limitBytes } });
}
