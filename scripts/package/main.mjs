// Before `npm pack`: bundles the product as plain JavaScript into dist/, with every file that it looks for at run time. What the tarball
// holds besides is in package.json (`files`, `dependencies`). Needs a checkout that is set up, with its dashboard.
import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { rolldown } from 'rolldown';
import { makeDirectory, replaceDirectory } from '../bootstrap/directory.mjs';
import { checkout } from '../bootstrap/paths.mjs';
import { renderLicenses } from './licenses.mjs';
import { places } from './places.mjs';
import { leftOut } from './vendor.mjs';

/** Everything else is found from it. */
const entry = 'apps/cli/src/main';

const building = join(checkout, 'dist.building');
/** @type {{ dependencies: Record<string, string>, optionalDependencies: Record<string, string> }} */
const { dependencies, optionalDependencies } = JSON.parse(readFileSync(join(checkout, 'package.json'), 'utf8'));
const installed = [...Object.keys({ ...dependencies, ...optionalDependencies }), ...leftOut];

rmSync(building, { recursive: true, force: true });
const { plugin, files } = places(checkout);
const bundle = await rolldown({
  input: { [entry]: join(checkout, `${entry}.ts`) },
  platform: 'node',
  external: (name) => installed.some((known) => name === known || name.startsWith(`${known}/`)),
  plugins: [plugin],
  onLog: (level, log) => {
    if (level === 'warn') throw new Error(log.message);
  },
});
const { output } = await bundle.write({ dir: building, entryFileNames: '[name].js', chunkFileNames: 'chunks/[name]-[hash].js' });
await bundle.close();
for (const [place, source] of files) {
  makeDirectory(dirname(join(building, place)));
  cpSync(source, join(building, place), { recursive: true });
}
const modules = output.flatMap((chunk) => (chunk.type === 'chunk' ? chunk.moduleIds : []));
writeFileSync(join(building, 'THIRD_PARTY_LICENSES.md'), renderLicenses(modules));
replaceDirectory(building, join(checkout, 'dist'));
