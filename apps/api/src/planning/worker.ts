/** A thread that plans, one request after the other. */
import { parentPort } from 'node:worker_threads';
import { AppError } from '@massif/contracts';
import { plan, type PlanInput } from '@massif/planner';
import type { PlanReply } from './pool.ts';

parentPort!.on('message', ({ id, input }: { id: number; input: PlanInput }) => {
  parentPort!.postMessage({ id, ...answer(input) } satisfies PlanReply);
});

function answer(input: PlanInput): Pick<PlanReply, 'result' | 'error'> {
  try {
    return { result: plan(input, { now: () => performance.now() }) };
  } catch (error) {
    // Errors lose their class on the way to another thread.
    if (error instanceof AppError)
      return { error: { code: error.code, message: error.message, context: error.context, errors: error.errors } };
    return {
      error: {
        code: 'internal',
        message: error instanceof Error ? (error.stack ?? error.message) : String(error),
        context: {},
        errors: undefined,
      },
    };
  }
}
