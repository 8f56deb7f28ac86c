import * as fc from 'fast-check';
import { it } from 'vitest';
import { differentiatesAsWritten, runsAsWritten } from './testing/schedule-properties.ts';

// The same graphs each time; schedule.full.test.ts tries others.
it('runs random graphs as they are written', () => fc.assert(runsAsWritten, { numRuns: 300, seed: 1 }));

it('runs the gradients of random graphs as they are written', () => fc.assert(differentiatesAsWritten, { numRuns: 200, seed: 2 }));
