// How long everything before the product's own code takes, once a checkout is set up: part of every `npm start` and `npx massif`.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const runs = 15;
const massif = fileURLToPath(new URL('../bin/massif.mjs', import.meta.url));
const bootstrap = fileURLToPath(new URL('../scripts/bootstrap/setup.mjs', import.meta.url));

const setUpOnly = `import { setUp } from ${JSON.stringify(bootstrap)};
await setUp({ root: process.cwd(), environment: process.env, progress: { phase: (_, work) => work(), note: () => {} }, abort: new AbortController().signal });`;

/** Median wall time of a command in ms. */
function medianMs(commandArguments: string[]): number {
  const times = Array.from({ length: runs }, () => {
    const start = performance.now();
    const { status, stderr } = spawnSync(process.execPath, commandArguments, { encoding: 'utf8' });
    if (status !== 0) throw new Error(`ended with ${status}: ${stderr}`);
    return performance.now() - start;
  }).toSorted((a, b) => a - b);
  return times[Math.floor(runs / 2)] ?? Number.NaN;
}

const rows = {
  'empty program': medianMs(['-e', '']),
  'set-up that finds everything done': medianMs(['--input-type=module', '-e', setUpOnly]),
  'massif --version': medianMs([massif, '--version']),
};
for (const [name, ms] of Object.entries(rows)) process.stdout.write(`${name.padEnd(36)} ${ms.toFixed(0).padStart(5)} ms\n`);
