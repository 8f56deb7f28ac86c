// `npm run screenshots`: the pictures in docs/images, from `massif up --demo`. With --out DIR --all every page in every theme, language and
// width goes to DIR; with --out DIR --empty those of an installation without a job. --only TEXT takes those whose
// name contains it: `job`, `390-dark`.
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
const { values } = parseArgs({
  options: { out: { type: 'string' }, all: { type: 'boolean' }, empty: { type: 'boolean' }, only: { type: 'string', default: '' } },
});
const { all = false, empty = false, out, only } = values;
if ((all || empty) && out === undefined) {
  process.stderr.write('--all and --empty need --out DIR: those pictures are to be looked at, not to be kept\n');
  process.exit(2);
}
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
