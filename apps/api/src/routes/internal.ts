import { createHash } from 'node:crypto';
import { AppError, checkpointCommitSchema, finishSchema, frameSchema, heartbeatSchema, idSchema } from '@massif/contracts';
import type { AttemptToken } from '@massif/store';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { bearerOf } from '../http/auth.ts';
import type { App, RouteContext } from './context.ts';

/** A frame carries thousands of rows, and a MiB of log lines, each character up to six bytes of JSON. */
const bodyLimit = 16 * 2 ** 20;
/** Of what is wrong with a body, as much is told. */
const issuesMax = 20;

/**
 * What supervisors say about their attempt; outside OpenAPI. Whoever has no token of an attempt that may write is refused before
 * his body is read. The store checks it again in the statement that writes, so that an attempt which has been replaced
 * meanwhile changes nothing.
 */
export function addInternalRoutes(app: App, { store, enqueueReconcile }: RouteContext): void {
  const options = {
    config: { permission: 'attempt' as const },
    bodyLimit,
    schema: { hide: true, params: z.object({ attemptId: z.string() }) },
    onRequest: async (request: FastifyRequest) => {
      const token = tokenOf(request);
      if (!idSchema('attempt').safeParse(token.attemptId).success || !(await store.attempts.verify(token)))
        throw new AppError('attempt_fenced', 'This attempt has ended, or another one runs in its place');
    },
  };
  type Request = FastifyRequest<{ Params: { attemptId: string } }>;

  app.post('/attempts/:attemptId/heartbeat', options, async (request: Request) => {
    const { ranks } = read(heartbeatSchema, request.body);
    const { stop } = await store.attempts.heartbeat(tokenOf(request), ranks);
    return { stop };
  });

  app.post('/attempts/:attemptId/frames', options, (request: Request) =>
    store.attempts.ingest(tokenOf(request), read(frameSchema, request.body)),
  );

  app.post('/attempts/:attemptId/checkpoints', options, async (request: Request, reply) => {
    const { id, step } = await store.checkpoints.commit(tokenOf(request), read(checkpointCommitSchema, request.body));
    return reply.code(201).send({ id, step });
  });

  app.post('/attempts/:attemptId/finish', options, async (request: Request) => {
    const { model, sample, ...report } = read(finishSchema, request.body);
    const result = { ...(model ? { model } : {}), ...(sample === undefined ? {} : { sample }) };
    const { jobId } = await store.attempts.finish(tokenOf(request), { ...report, ...(model || sample !== undefined ? { result } : {}) });
    enqueueReconcile(jobId);
    return {};
  });
}

/** Without the limits that `validate` puts on what users send: a frame has more values than any of their inputs. The schemas bound it. */
function read<Schema extends z.ZodType>(schema: Schema, body: unknown): z.output<Schema> {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  const issues = parsed.error.issues.slice(0, issuesMax);
  throw new AppError('invalid_spec', z.prettifyError({ issues }), {
    errors: issues.map(({ path, message }) => ({ path: path.join('.'), message })),
  });
}

/** @throws AppError `unauthorized` */
function tokenOf(request: FastifyRequest): AttemptToken {
  const token = bearerOf(request);
  if (token === undefined) throw new AppError('unauthorized', 'The request carries no token of an attempt');
  const { attemptId } = request.params as { attemptId: string };
  return { attemptId, tokenHash: createHash('sha256').update(token).digest() };
}
