import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  AppError,
  errorCatalogue,
  errorCodes,
  isErrorCode,
  isRetryable,
  problemToError,
  renderErrorDocs,
  toAppError,
  toProblem,
} from '../index.ts';

describe('the catalogue', () => {
  it('has whole sentences, a sensible status and snake_case codes', () => {
    for (const code of errorCodes) {
      const { status, title, meaning, fix } = errorCatalogue[code];
      expect(code).toMatch(/^[a-z]+(_[a-z]+)*$/);
      expect(status, code).toSatisfy((value: number) => (value >= 400 && value < 430) || value === 500 || value === 503);
      expect(title, code).toMatch(/[^.]$/);
      for (const sentence of [meaning, fix]) expect(sentence, code).toMatch(/^[A-Z`].*\.$/);
    }
  });

  it('calls nothing that is not supported or invalid a server error', () => {
    for (const code of [
      'not_supported',
      'invalid_spec',
      'malformed_body',
      'not_enough_devices',
      'does_not_fit',
      'data_path_forbidden',
    ] as const) {
      expect(errorCatalogue[code].status).toBeLessThan(500);
      expect(isRetryable(code)).toBe(false);
    }
    expect(errorCatalogue.not_supported.status).toBe(422);
    expect(isRetryable('gang_lost')).toBe(true);
    expect(isRetryable('service_unavailable')).toBe(true);
  });

  it('is documented: run `npm run openapi` when this fails', () => {
    expect(readFileSync(new URL('../../../../docs/errors.md', import.meta.url), 'utf8')).toBe(renderErrorDocs());
  });

  it('knows its own codes only', () => {
    for (const code of ['toString', '__proto__', '', undefined, 1]) expect(isErrorCode(code)).toBe(false);
    expect(isRetryable('nonsense')).toBe(false);
  });
});

describe('an error', () => {
  it('carries what its code says, and its own facts', () => {
    const cause = new Error('deep');
    const error = new AppError('service_unavailable', 'the database is away', { cause, context: { host: 'db' } });
    expect(error).toMatchObject({
      name: 'AppError',
      code: 'service_unavailable',
      status: 503,
      retryable: true,
      context: { host: 'db' },
      cause,
    });
    expect(error).toBeInstanceOf(Error);
  });

  it('becomes a problem with the request id and every field', () => {
    const errors = [{ path: 'training.steps', message: 'is required', fix: 'add it' }];
    expect(toProblem(new AppError('invalid_spec', 'training.steps: is required', { errors }), 'req-1')).toEqual({
      type: 'urn:massif:error:invalid_spec',
      title: 'The input is not valid',
      status: 422,
      detail: 'training.steps: is required',
      code: 'invalid_spec',
      retryable: false,
      requestId: 'req-1',
      errors,
    });
  });

  it('names the field that its context names', () => {
    const problem = toProblem(new AppError('does_not_fit', 'too large', { context: { path: 'resources' } }));
    expect(problem.errors).toEqual([{ path: 'resources', message: 'too large', fix: errorCatalogue.does_not_fit.fix }]);
    expect(problem).not.toHaveProperty('requestId');
  });

  it('of an unknown kind tells nothing of itself', () => {
    for (const thrown of [new Error('password=1234'), 'password=1234', null, undefined, { message: 'password=1234' }]) {
      const problem = toProblem(thrown);
      expect(problem).toMatchObject({ code: 'internal', status: 500 });
      expect(JSON.stringify(problem)).not.toContain('1234');
    }
  });

  it('survives the wire', () => {
    const error = new AppError('invalid_spec', 'wrong', { errors: [{ path: 'a', message: 'b', fix: 'c' }] });
    const read = problemToError(JSON.parse(JSON.stringify(toProblem(error, 'req-1'))));
    expect(read).toMatchObject({ code: 'invalid_spec', message: 'wrong', errors: error.errors, context: { requestId: 'req-1' } });
  });

  it('is read from any answer', () => {
    for (const answer of [undefined, null, '<html>', [], { code: 1 }, { status: 'x' }])
      expect(problemToError(answer)).toMatchObject({ code: 'internal' });
    expect(problemToError({ code: 'from_the_future', detail: 'new' })).toMatchObject({ code: 'internal', message: 'from_the_future: new' });
    expect(problemToError({})).toMatchObject({ code: 'internal' });
  });

  it('of another package is known by its code', () => {
    const foreign = Object.assign(new Error('n_head: wrong'), { code: 'model_invalid', field: 'n_head', context: { a: 1 } });
    expect(toAppError(foreign)).toMatchObject({
      code: 'model_invalid',
      message: 'n_head: wrong',
      context: { a: 1, path: 'n_head' },
      cause: foreign,
    });
    expect(toAppError(new Error('boom'))).toMatchObject({ code: 'internal', message: 'boom' });
    expect(toAppError(Object.assign(new Error('gone'), { code: 'ENOENT' }), 'rank_failed')).toMatchObject({
      code: 'rank_failed',
      message: 'gone',
    });
    expect(toAppError(undefined)).toMatchObject({ code: 'internal' });
    const full = Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
    expect(toAppError(full)).toMatchObject({ code: 'storage_failed', retryable: false, message: full.message });
    const known = new AppError('not_found', 'x');
    expect(toAppError(known)).toBe(known);
  });
});
