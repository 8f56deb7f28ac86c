import * as fc from 'fast-check';
import { it } from 'vitest';
import { differentiatesAsWritten, runsAsWritten } from './testing/schedule-properties.ts';

it('runs random graphs as they are written', () => fc.assert(runsAsWritten, { numRuns: 100_000 }));

it('runs the gradients of random graphs as they are written', () => fc.assert(differentiatesAsWritten, { numRuns: 50_000 }));
