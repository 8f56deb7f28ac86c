// `npm run screenshots`: the pictures in docs/images, or those to be looked at; see `usage`.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { openBrowser } from '../harness/browser.ts';
import { temporaryDirectory } from '../harness/directory.ts';
import { startProduct } from '../harness/product.ts';
import { takeAll } from './camera.ts';
import { allShots, allViews, emptyShots, mainShots, mainViews } from './shots.ts';
import { findSubjects } from './subjects.ts';

const images = fileURLToPath(new URL('../../docs/images', import.meta.url));
const usage = `npm run screenshots                             the pictures in docs/images, from \`massif up --demo\`
npm run screenshots -- --all --out DIR          every page in every theme, language and width
npm run screenshots -- --empty --out DIR        the same of an installation without a job
  --only TEXT                                   those whose name contains it: job, 390-dark
`;
const { all, empty, out, only } = readArguments();
const directory = out ?? images;
mkdirSync(directory, { recursive: true });

const { path: home, remove } = temporaryDirectory('screenshots');
const installation = empty ? home : join(home, 'demo');
const [product, browser] = await Promise.all([
  startProduct(home, { arguments: empty ? [] : ['--demo'], installation, timeoutMs: 300_000 }),
  openBrowser(),
]);
const faults: string[] = [];
try {
  const shots = empty ? emptyShots : await findSubjects(product, { patient: all }).then(all ? allShots : mainShots);
  for (const [suffix, view] of all || empty ? allViews : mainViews) {
    const chosen = shots.filter(({ name }) => `${name}-${suffix}`.includes(only));
    const options = { dashboard: product.dashboard, shots: chosen, view, suffix, directory, wholePage: all || empty };
    faults.push(...(await takeAll(browser, options)));
    process.stdout.write(`${suffix}: ${chosen.length} pictures\n`);
  }
} finally {
  await browser.close();
  await product.stop();
  remove();
}
for (const fault of faults) process.stderr.write(`${fault}\n`);
process.exitCode = faults.length === 0 ? 0 : 1;

function readArguments() {
  try {
    const flag = { type: 'boolean', default: false } as const;
    const options = { out: { type: 'string' }, all: flag, empty: flag, only: { type: 'string', default: '' }, help: flag } as const;
    const { values } = parseArgs({ options });
    if (values.help) {
      process.stdout.write(usage);
      process.exit(0);
    }
    if ((values.all || values.empty) && values.out === undefined)
      throw new TypeError('--all and --empty need --out DIR: those pictures are to be looked at, not to be kept');
    return values;
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n\n${usage}`);
    process.exit(2);
  }
}
