// Import directions; run by `npm run lint` under the Node of the set-up.
import { checkout } from '../bootstrap/paths.mjs';
import { arrows, pure } from './arrows.mjs';
import { checkArrows } from './check-arrows.mjs';

const problems = checkArrows(checkout, { arrows, pure });
for (const problem of problems) process.stdout.write(`${problem}\n`);
process.exitCode = problems.length === 0 ? 0 : 1;
