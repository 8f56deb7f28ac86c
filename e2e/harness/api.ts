import type { Product } from './product.ts';
import { until } from './until.ts';

export interface JobView {
  id: string;
  state: string;
  reason: unknown;
  attempt: number;
  progress: { step?: number; steps?: number | null } | null;
  result: { model: string | null } | null;
}

export interface Reply<Body = Record<string, unknown>> {
  status: number;
  headers: Headers;
  body: Body;
}

/** One request to the REST API as any HTTP client would make it. */
export async function request<Body = Record<string, unknown>>(
  product: Pick<Product, 'url' | 'token'>,
  method: string,
  path: string,
  { body, headers }: { body?: unknown; headers?: Record<string, string> } = {},
): Promise<Reply<Body>> {
  const response = await fetch(`${product.url}/api/v1/${path}`, {
    method,
    headers: {
      authorization: `Bearer ${product.token}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: (text ? JSON.parse(text) : {}) as Body };
}

/** Waits until a job is in a state that `wanted` accepts; the product may be restarting meanwhile. */
export function jobReaches(
  product: Pick<Product, 'url' | 'token'>,
  id: string,
  wanted: (job: JobView) => boolean,
  timeoutMs = 120_000,
): Promise<JobView> {
  let last: JobView | undefined;
  return until(
    async () => {
      const reply = await request<JobView>(product, 'GET', `jobs/${id}`).catch(() => undefined);
      if (reply?.status === 200) last = reply.body;
      return last && wanted(last) ? last : undefined;
    },
    {
      timeoutMs,
      what: `job ${id}`,
      unless: () => (last?.state === 'failed' && !wanted(last) ? `it failed: ${JSON.stringify(last.reason)}` : undefined),
    },
  );
}

/** Every item of a series of a job, page by page. */
export async function series<Item>(product: Pick<Product, 'url' | 'token'>, path: string): Promise<Item[]> {
  const items: Item[] = [];
  for (let cursor = ''; ;) {
    const { status, body } = await request<{ items: Item[]; nextCursor: string | null }>(product, 'GET', `${path}?limit=200${cursor}`);
    if (status !== 200) throw new Error(`${path} answered ${status}: ${JSON.stringify(body)}`);
    items.push(...body.items);
    if (body.nextCursor === null) return items;
    cursor = `&cursor=${encodeURIComponent(body.nextCursor)}`;
  }
}

/** The loss of every step, in order of steps. */
export async function lossCurve(product: Pick<Product, 'url' | 'token'>, id: string): Promise<{ step: number; loss: number }[]> {
  const points = await series<{ step: number; loss: number }>(product, `jobs/${id}/metrics`);
  return points.map(({ step, loss }) => ({ step, loss }));
}
