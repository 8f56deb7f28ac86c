import type { FastifyBaseLogger, FastifyInstance, FastifyRequest, RawServerDefault } from 'fastify';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { AppError, idSchema, type UsageFrame } from '@massif/contracts';
import type { Job, Scope, Store } from '@massif/store';
import { principalOf } from '../http/auth.ts';
import type { ClusterView } from '../services/cluster.ts';
import type { SignIn } from '../services/sign-in.ts';
import type { SubmitService } from '../services/submit.ts';
import type { Uploads } from '../services/uploads.ts';
import type { JobViews } from '../views/job.ts';
import type { SseStreams } from '../streams/sse.ts';

/** The part of the queue that the API needs; it may be lost at any time. */
export interface Wakeups {
  enqueueReconcile(jobId: string): Promise<void>;
  /** Answers when Redis does. */
  ping(): Promise<void>;
  /** Measured use of devices, about once a second, while somebody measures. @returns a function that ends it */
  onUsage(listener: (frame: UsageFrame) => void): () => void;
}

/** What routes work with; each takes the part that it needs. */
export interface RouteContext {
  store: Store;
  submit: SubmitService;
  cluster: ClusterView;
  uploads: Uploads;
  streams: SseStreams;
  views: JobViews;
  onUsage: Wakeups['onUsage'];
  signIn: SignIn;
  installation: {
    version: string;
    /** Whether nodes and jobs are simulated. */
    demo: boolean;
  };
  /** Wakes the controller, if it can be told. */
  enqueueReconcile(jobId: string): void;
}

export type App = FastifyInstance<RawServerDefault, IncomingMessage, ServerResponse, FastifyBaseLogger, ZodTypeProvider>;

/** Rows that a request may see: those of its token's project. */
export function scopeOf(request: FastifyRequest): Scope & { projectId: string } {
  return { projectId: principalOf(request).projectId };
}

/** @throws AppError `not_found`, the same for what is not there and what is not the caller's */
export function found<Row>(row: Row | null, noun: string, id: string): Row {
  if (row === null) throw new AppError('not_found', `There is no ${noun} ${id.length > 60 ? `${id.slice(0, 57)}...` : id}`);
  return row;
}

/** @throws AppError `not_found` */
export async function jobOf(request: FastifyRequest<{ Params: { id: string } }>, store: Store): Promise<Job> {
  const { id } = request.params;
  return found(idSchema('job').safeParse(id).success ? await store.jobs.get(scopeOf(request), id) : null, 'job', id);
}
