import { z } from 'zod';
import { AppError, type FieldError } from './app-error.ts';
import { errorCatalogue } from './catalogue.ts';

/** An error on the wire: `application/problem+json`, RFC 9457. */
export const problemSchema = z
  .object({
    type: z.string().describe('Names the kind of problem; docs/errors.md has a section for each.'),
    title: z.string(),
    status: z.int().min(400).max(599),
    detail: z.string().describe('What happened this time.'),
    code: z.string().describe('What clients branch on; see docs/errors.md.'),
    retryable: z.boolean(),
    requestId: z.string().optional(),
    errors: z.array(
      z.object({
        path: z.string(),
        message: z.string(),
        fix: z.string().optional(),
        rule: z.string().optional().describe('The rule that is broken, for who says it in another language.'),
        facts: z
          .record(z.string(), z.union([z.string(), z.number()]))
          .optional()
          .describe('The values in it.'),
      }),
    ),
  })
  .meta({ id: 'Problem', description: 'An error: application/problem+json, RFC 9457.' });

export type Problem = z.output<typeof problemSchema>;

export const problemContentType = 'application/problem+json';

const typePrefix = 'urn:massif:error:';

/**
 * An error as it goes to a client. What is not an AppError says no more than `internal`: its message may hold secrets and
 * belongs into the log, under the same request id.
 */
export function toProblem(error: unknown, requestId?: string): Problem {
  const known = error instanceof AppError ? error : new AppError('internal', 'Something went wrong inside Massif');
  const { code, message, status, retryable } = known;
  const problem: Problem = {
    type: `${typePrefix}${code}`,
    title: errorCatalogue[code].title,
    status,
    detail: message,
    code,
    retryable,
    errors: fieldErrors(known),
  };
  return requestId === undefined ? problem : { ...problem, requestId };
}

function fieldErrors({ errors, context, message, code }: AppError): FieldError[] {
  if (errors) return errors;
  const { path } = context;
  return typeof path === 'string' ? [{ path, message, fix: errorCatalogue[code].fix }] : [];
}
