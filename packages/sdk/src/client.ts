import type {
  Attempt,
  Checkpoint,
  CreatedToken,
  CreateToken,
  Device,
  DeviceUsage,
  DryRun,
  Event,
  Explanation,
  Job,
  JobKind,
  JobSpecInput,
  JobSummary,
  ListedState,
  List,
  LiveTopic,
  LogLine,
  MetricPoint,
  Model,
  Node,
  Overview,
  PlanClusterResource,
  PlanResult,
  Project,
  Queue,
  Session,
  Template,
  Token,
  Upload,
  Usage,
} from '@massif/contracts';
import { createTransport, type RequestOptions, type TransportOptions } from './http/transport.ts';
import { followStream, type FollowOptions } from './streams/follow.ts';
import { liveFrames } from './streams/live.ts';

/** A job spec as an object, or as the text of a YAML or JSON file. */
export type SpecInput = JobSpecInput | { text: string; /** A job without a name is called after its file. */ fileName?: string };

export interface CallOptions {
  signal?: AbortSignal;
}

export interface PageOptions extends CallOptions {
  /** `nextCursor` of the page before. */
  cursor?: string;
  /** 1 to 200. */
  limit?: number;
}

export interface JobFilter {
  /** None: every state. */
  state?: ListedState | readonly ListedState[];
  kind?: JobKind;
  /** The whole name. */
  name?: string;
  queue?: string;
  project?: string;
  /** Part of the name or id. */
  search?: string;
  /** Default: newest. */
  order?: 'newest' | 'oldest';
  /** Skips so many, in place of a cursor. */
  offset?: number;
}

/** Times are RFC 3339. */
export interface Period {
  from?: string;
  to?: string;
}

export interface LogFilter {
  /** -1 for the supervisor. */
  rank?: number;
  attempt?: number;
  search?: string;
}

export type Client = ReturnType<typeof createClient>;

/**
 * The REST API as functions. Every function throws AppError: what the API answered (`code`, `errors[{ path, message, fix }]`),
 * or `control_plane_unreachable`. Requests that may be repeated are tried again while that may help.
 */
export function createClient(options: TransportOptions) {
  const transport = createTransport(options);
  const { json } = transport;
  const get = <Reply>(path: string, { signal, ...query }: CallOptions & Record<string, unknown> = {}) =>
    json<Reply>('GET', `api/v1/${path}`, { query: query as RequestOptions['query'], signal });
  const jobPath = (id: string, part = '') => `jobs/${encodeURIComponent(id)}${part}`;
  const follow = <Data>(
    id: string,
    part: string,
    event: string,
    { after, signal, unreachableMsMax, ...query }: FollowOptions & LogFilter,
  ) => followStream<Data>(transport, `api/v1/${jobPath(id, `/${part}`)}`, { event, after, signal, unreachableMsMax, query });
  const withSpec = (spec: SpecInput) =>
    'text' in spec
      ? { body: spec.text, headers: { 'content-type': 'application/yaml' }, query: { fileName: spec.fileName } }
      : { body: JSON.stringify(spec), headers: { 'content-type': 'application/json' }, query: {} };

  return {
    jobs: {
      /** Puts a job into its queue. Without a key of the caller's it makes one, so that a repeated request makes one job. */
      submit: (spec: SpecInput, { idempotencyKey = newIdempotencyKey(), signal }: CallOptions & { idempotencyKey?: string } = {}) => {
        const { body, headers, query } = withSpec(spec);
        return json<Job>('POST', 'api/v1/jobs', {
          body,
          query,
          headers: { ...headers, 'idempotency-key': idempotencyKey },
          signal,
          repeatable: true,
        });
      },
      /** What would happen, without making anything. */
      dryRun: (spec: SpecInput, { signal }: CallOptions = {}) => {
        const { body, headers, query } = withSpec(spec);
        return json<DryRun>('POST', 'api/v1/jobs', { body, headers, query: { ...query, dryRun: true }, signal, repeatable: true });
      },
      /** Newest first. */
      list: (options: PageOptions & JobFilter = {}) => get<List<Job>>('jobs', jobsQuery(options)),
      /** The same without specs and plans, which are long. */
      summaries: (options: PageOptions & JobFilter = {}) => get<List<JobSummary>>('jobs', { ...jobsQuery(options), view: 'summary' }),
      get: (id: string, call?: CallOptions) => get<Job>(jobPath(id), { ...call }),
      cancel: (id: string, { signal }: CallOptions = {}) =>
        json<Job>('POST', `api/v1/${jobPath(id, '/cancel')}`, { signal, repeatable: true }),
      explain: (id: string, call?: CallOptions) => get<Explanation>(jobPath(id, '/explain'), { ...call }),
      checkpoints: (id: string, page?: PageOptions) => get<List<Checkpoint>>(jobPath(id, '/checkpoints'), { ...page }),
      attempts: (id: string, page?: PageOptions) => get<List<Attempt>>(jobPath(id, '/attempts'), { ...page }),
      /** Pages of what was written so far; `after` is the `seq` of the last item seen. */
      listEvents: (id: string, page?: PageOptions & { after?: number }) => get<List<Event>>(jobPath(id, '/events'), { ...page }),
      listMetrics: (id: string, page?: PageOptions & { after?: number }) => get<List<MetricPoint>>(jobPath(id, '/metrics'), { ...page }),
      /** All steps from one to another in at most so many points, which show the shape of the series: its extremes are among them. */
      metricsPicture: (id: string, { points, ...options }: CallOptions & { points: number; from?: number; to?: number }) =>
        get<List<MetricPoint>>(jobPath(id, '/metrics'), { points, ...options }),
      /** With `tail` the last lines, before `before` if it is given; each page is in order, `nextCursor` then leads further back. */
      listLogs: (id: string, page?: PageOptions & LogFilter & { after?: number; tail?: boolean; before?: number }) =>
        get<List<LogLine>>(jobPath(id, '/logs'), { ...page }),
      /** Until the job has ended and everything was read. */
      events: (id: string, options: FollowOptions = {}) => follow<Event>(id, 'events', 'event', options),
      /** The same; a point that comes again replaces the one of that step before. */
      metrics: (id: string, options: FollowOptions = {}) => follow<MetricPoint>(id, 'metrics', 'metric', options),
      logs: (id: string, options: FollowOptions & LogFilter = {}) => follow<LogLine>(id, 'logs', 'log', options),
    },
    plans: {
      /** The devices that plans count on, as the planner takes them. */
      cluster: (call?: CallOptions) => get<PlanClusterResource>('plans/cluster', { ...call }),
      create: (spec: SpecInput, { signal }: CallOptions = {}) =>
        json<PlanResult>('POST', 'api/v1/plans', { ...withSpec(spec), signal, repeatable: true }),
    },
    nodes: {
      list: (page?: PageOptions) => get<List<Node>>('nodes', { ...page }),
      get: (idOrName: string, call?: CallOptions) => get<Node>(`nodes/${encodeURIComponent(idOrName)}`, { ...call }),
    },
    devices: {
      list: (page?: PageOptions) => get<List<Device>>('devices', { ...page }),
      /** The last hour, if nothing else is asked. */
      usage: (id: string, options: CallOptions & Period = {}) =>
        get<DeviceUsage>(`devices/${encodeURIComponent(id)}/usage`, { ...options }),
    },
    overview: (call?: CallOptions) => get<Overview>('overview', { ...call }),
    /** Use of the cluster over the last day, if nothing else is asked. */
    usage: (options: CallOptions & Period & { points?: number } = {}) => get<Usage>('usage', { ...options }),
    templates: { list: (page?: PageOptions) => get<List<Template>>('templates', { ...page }) },
    /** A browser is known by a cookie that it cannot read; elsewhere by the token. */
    session: {
      get: (call?: CallOptions) => get<Session>('session', { ...call }),
      /** Signs this browser in with a token, for as long as the token lives at most. */
      create: (token: string, { signal }: CallOptions = {}) =>
        json<Session>('POST', 'api/v1/session', { headers: { authorization: `Bearer ${token}` }, signal }),
      /** Signs this browser out. */
      end: ({ signal }: CallOptions = {}) => json<void>('DELETE', 'api/v1/session', { signal }),
    },
    /** One connection for many topics, until it breaks or `signal` is aborted. Each batch is what came at once; an empty one shows that the connection lives. */
    live: (topics: readonly LiveTopic[], { signal }: CallOptions = {}) => liveFrames(transport, topics, signal),
    queues: { list: (page?: PageOptions) => get<List<Queue>>('queues', { ...page }) },
    models: {
      list: (page?: PageOptions) => get<List<Model>>('models', { ...page }),
      get: (name: string, call?: CallOptions) => get<Model>(`models/${encodeURIComponent(name)}`, { ...call }),
    },
    /** Projects that the token may see. */
    projects: { list: (page?: PageOptions) => get<List<Project>>('projects', { ...page }) },
    tokens: {
      /** Not tried again: each request makes a token. */
      create: (token: Partial<CreateToken> = {}, { signal }: CallOptions = {}) =>
        json<CreatedToken>('POST', 'api/v1/tokens', {
          body: JSON.stringify(token),
          headers: { 'content-type': 'application/json' },
          signal,
        }),
      list: (page?: PageOptions) => get<List<Token>>('tokens', { ...page }),
      revoke: (id: string, { signal }: CallOptions = {}) => json<void>('DELETE', `api/v1/tokens/${encodeURIComponent(id)}`, { signal }),
    },
    uploads: {
      /** The upload with this name and content, so that it need not be sent again; null when the project has none. */
      find: async ({ name, sha256 }: { name: string; sha256: string }, call?: CallOptions) =>
        (await get<List<Upload>>('uploads', { name, sha256, ...call })).items[0] ?? null,
      /** Sends a file; its `reference` is what a job spec names. What the project has already is answered, not kept twice. */
      create: (name: string, content: Blob | Uint8Array<ArrayBuffer>, { signal }: CallOptions = {}) =>
        json<Upload>('POST', 'api/v1/uploads', {
          query: { name },
          body: content as BodyInit,
          headers: { 'content-type': 'application/octet-stream' },
          signal,
          timeoutMs: uploadTimeoutMs,
        }),
      get: (id: string, call?: CallOptions) => get<Upload>(`uploads/${encodeURIComponent(id)}`, { ...call }),
    },
    /** Whether the control plane can serve; needs no token. */
    ready: ({ signal }: CallOptions = {}) => json<{ status: string; checks?: Record<string, string> }>('GET', 'readyz', { signal }),
  };
}

const jobsQuery = ({ state, ...rest }: PageOptions & JobFilter) => ({
  ...rest,
  state: [state ?? []].flat().join(',') || undefined,
});

const uploadTimeoutMs = 3_600_000;

/** Every item of a list, page by page: `for await (const job of pages((page) => client.jobs.list(page)))`. */
export async function* pages<Item>(read: (page: { cursor?: string; limit: number }) => Promise<List<Item>>): AsyncGenerator<Item, void> {
  let cursor: string | undefined;
  do {
    const { items, nextCursor } = await read({ limit: 200, ...(cursor === undefined ? {} : { cursor }) });
    yield* items;
    cursor = nextCursor ?? undefined;
  } while (cursor !== undefined);
}

/** Names a request that may be sent again. Made of what a page has that was not served over https, too, unlike `crypto.randomUUID`. */
export function newIdempotencyKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
