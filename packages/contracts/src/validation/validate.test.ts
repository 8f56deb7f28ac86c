import { expect, it } from 'vitest';
import { z } from 'zod';
import type { AppError } from '../errors/app-error.ts';
import { validate } from './validate.ts';

const schema = z.strictObject({
  recompute: z.string().optional(),
  interleave: z.number().optional(),
  schedule: z.string().optional(),
  list: z.array(z.union([z.strictObject({ text: z.string() }), z.strictObject({ image: z.string() })])).optional(),
});

function refuse(input: unknown): AppError {
  try {
    validate(schema, input);
  } catch (error) {
    return error as AppError;
  }
  throw new Error('it was taken');
}

it.each([
  ['unknown fields', Object.fromEntries(Array.from({ length: 19_000 }, (_, index) => [`recomput${index}`, 1])), 19_000],
  ['wrong items', { list: Array.from({ length: 9000 }, () => ({ txt: 'a' })) }, 9000],
])('lists the first hundred of very many %s, and says how many there are', (_, input, count) => {
  const error = refuse(input);
  expect(error).toMatchObject({ code: 'invalid_spec', errors: { length: 100 } });
  expect(error.message).toMatch(new RegExp(`; and ${count - 3} more, of ${count} the first 100 are listed$`));
  expect(error.errors![99]!.fix).toBeTruthy();
});

it('lists all of a few', () => {
  const error = refuse({ recompute: 1, interleave: 'x', recomptue: 'none', list: 1 });
  expect(error.errors!.map(({ path }) => path).toSorted()).toEqual(['interleave', 'list', 'recomptue', 'recompute']);
  expect(error.message).toMatch(/; and 1 more$/);
});
