import { AppError, problemToError } from '@massif/contracts';

/** Where the API is, and who asks. */
export interface Target {
  /** Base address of the API, for example http://127.0.0.1:7700. */
  url: string;
  /** API token; without one only public routes answer. */
  token?: string | undefined;
}

interface MovingTarget {
  /** For an API that may move: asked for each try, so that a token goes only where it belongs. May throw AppError `control_plane_unreachable`. */
  target(): Target;
}

interface TransportSettings {
  /** Default: the platform's. */
  fetch?: typeof fetch;
  /** How often a request that may be repeated is tried again. Default 3. */
  retries?: number;
  /** First pause between tries, doubled each time. Default 100 ms. */
  backoffMs?: number;
  /** For one try of a request that is not a stream. Default 60 s. */
  timeoutMs?: number;
}

export type TransportOptions = (Target | MovingTarget) & TransportSettings;

export interface RequestOptions {
  query?: Record<string, string | number | boolean | undefined>;
  headers?: Record<string, string | undefined>;
  body?: BodyInit | undefined;
  signal?: AbortSignal | undefined;
  /** For one try; default: that of the transport. */
  timeoutMs?: number;
  /** Doing it twice is the same as doing it once. Default: GET and DELETE are. */
  repeatable?: boolean;
}

export interface Transport {
  /** One request, tried again while that may help. @throws AppError as the API answered it, or `control_plane_unreachable` */
  json<Reply>(method: string, path: string, options?: RequestOptions): Promise<Reply>;
  /** One try whose body is read as it comes. @throws AppError likewise */
  open(path: string, options?: RequestOptions): Promise<Response>;
}

const retryableStatus = new Set([429, 502, 503, 504]);
const pauseMsMax = 10_000;

export function createTransport({
  fetch: send = fetch,
  retries = 3,
  backoffMs = 100,
  timeoutMs = 60_000,
  ...where
}: TransportOptions): Transport {
  const locate = locator(where);

  const once = async (method: string, path: string, options: RequestOptions, signal: AbortSignal | undefined): Promise<Response> => {
    const { base, token } = locate();
    const address = new URL(path, base);
    for (const [name, value] of Object.entries(options.query ?? {})) if (value !== undefined) address.searchParams.set(name, String(value));
    const headers = new Headers({ accept: 'application/json' });
    if (token) headers.set('authorization', `Bearer ${token}`);
    for (const [name, value] of Object.entries(options.headers ?? {})) if (value !== undefined) headers.set(name, value);
    try {
      return await send(address, { method, headers, body: options.body ?? null, signal: signal ?? null });
    } catch (cause) {
      options.signal?.throwIfAborted();
      throw new AppError('control_plane_unreachable', `The control plane does not answer at ${base.origin}${reasonOf(cause)}`, {
        cause,
        context: { url: base.origin },
      });
    }
  };

  return {
    async json<Reply>(method: string, path: string, options: RequestOptions = {}): Promise<Reply> {
      const repeatable = options.repeatable ?? (method === 'GET' || method === 'DELETE');
      for (let tried = 0; ; tried++) {
        const last = !repeatable || tried >= retries;
        let pauseMs = backoffMs * 2 ** tried;
        try {
          const signal = AbortSignal.any([
            AbortSignal.timeout(options.timeoutMs ?? timeoutMs),
            ...(options.signal ? [options.signal] : []),
          ]);
          const response = await once(method, path, options, signal);
          if (response.ok) return (await readJson(response)) as Reply;
          if (last || !retryableStatus.has(response.status)) throw await errorOf(response);
          pauseMs = Math.max(pauseMs, retryAfterMs(response));
          await response.body?.cancel();
        } catch (error) {
          if (last || !(error instanceof AppError) || error.code !== 'control_plane_unreachable') throw error;
        }
        await pause(Math.min(pauseMs, pauseMsMax), options.signal);
      }
    },
    async open(path, options = {}) {
      const response = await once('GET', path, options, options.signal);
      if (!response.ok) throw await errorOf(response);
      return response;
    },
  };
}

/** Who asks where, at this moment. What is fixed is checked at once. */
function locator(options: Target | MovingTarget): () => { base: URL; token: string | undefined } {
  const based = ({ url, token }: Target) => ({ base: baseOf(url), token });
  if ('target' in options) return () => based(options.target());
  const fixed = based(options);
  return () => fixed;
}

function baseOf(url: string): URL {
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol))
    throw new AppError('invalid_spec', `The address of the control plane, ${JSON.stringify(url)}, is not an http or https URL`, {
      context: { path: 'url' },
    });
  // Also the address that is for browsers, with a query behind it.
  const base = new URL(url);
  base.search = base.hash = '';
  if (!base.pathname.endsWith('/')) base.pathname += '/';
  return base;
}

/** What an error answer says; an answer that is no problem object still has a status. */
async function errorOf(response: Response): Promise<AppError> {
  const text = await response.text().catch(() => '');
  try {
    return problemToError(JSON.parse(text));
  } catch {
    return new AppError(
      response.status === 503 || response.status === 502 ? 'service_unavailable' : 'internal',
      `The server answered ${response.status} without saying why`,
    );
  }
}

async function readJson(response: Response): Promise<unknown> {
  if (response.status === 204) return undefined;
  try {
    return await response.json();
  } catch (cause) {
    // The connection broke in the middle of the answer, or something else than the API listens there.
    const origin = URL.canParse(response.url) ? new URL(response.url).origin : 'the server';
    throw new AppError('control_plane_unreachable', `The answer from ${origin} is not whole or not JSON`, {
      cause,
      context: { url: origin },
    });
  }
}

function retryAfterMs(response: Response): number {
  const seconds = Number(response.headers.get('retry-after'));
  return Number.isFinite(seconds) ? seconds * 1000 : 0;
}

function reasonOf(cause: unknown): string {
  const code = (cause as { cause?: { code?: unknown } } | undefined)?.cause?.code;
  return typeof code === 'string' ? ` (${code})` : '';
}

/** Resolves after a time; rejects as soon as `signal` is aborted. */
export function pause(milliseconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    const stop = () => {
      clearTimeout(timer);
      reject(signal?.reason as Error);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop);
      resolve();
    }, milliseconds);
    signal?.addEventListener('abort', stop, { once: true });
  });
}
