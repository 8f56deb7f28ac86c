import { problemContentType, problemSchema, validate } from '@massif/contracts';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';

/** Bodies, queries and parameters are read by zod; what is wrong is told by field. Answers are checked only when asked to. */
export function useSchemas(app: FastifyInstance, { checkAnswers }: { checkAnswers: boolean }): void {
  app.setValidatorCompiler<z.ZodType>(({ schema, httpPart }) => (data) => {
    try {
      // A request without a body is read as an empty one: what it lacks is then told by field. Queries are objects of a class.
      const plain = httpPart === 'body' ? (data ?? {}) : { ...(data as object) };
      return { value: validate(schema, plain) };
    } catch (error) {
      return { error: error as Error };
    }
  });
  app.setSerializerCompiler<z.ZodType>(({ schema, method, url, httpStatus }) => (data) => {
    const text = JSON.stringify(data);
    if (checkAnswers && schema instanceof z.ZodType) {
      const parsed = schema.safeParse(JSON.parse(text));
      if (!parsed.success)
        throw new Error(`the answer ${httpStatus} of ${method} ${url} is not what its schema says: ${z.prettifyError(parsed.error)}`);
    }
    return text;
  });
}

/** Every route may answer with a problem. */
export const problems = { default: { description: 'What went wrong.', content: { [problemContentType]: { schema: problemSchema } } } };

export const noQuery = z.strictObject({});
export const byId = z.object({ id: z.string() });

/** A list that may be read as a stream. */
export function listOrStream<Item extends z.ZodType>(list: Item, event: string) {
  return {
    description: `The list; with \`Accept: text/event-stream\` a stream of \`${event}\` frames, then \`end\`.`,
    content: { 'application/json': { schema: list }, 'text/event-stream': { schema: z.string() } },
  };
}
