import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What may be shipped inside of a package under Apache-2.0; with another one somebody has to look first. */
const compatible = new Set(['0BSD', 'Apache-2.0', 'BlueOak-1.0.0', 'BSD-2-Clause', 'BSD-3-Clause', 'ISC', 'MIT']);

const head = `# Licences of what is inside

Massif is under Apache-2.0, see LICENSE. Its files in this directory hold code of the packages below. Those inside the dashboard are in
apps/dashboard/dist/licenses.md; the static files of @fastify/swagger-ui are Swagger UI, Copyright 2020-2021 SmartBear Software Inc.,
under Apache-2.0.`;

/**
 * The licences of all packages that modules of a bundle come from.
 * @param {readonly string[]} modules paths of files
 * @returns {string} Markdown
 * @throws Error naming packages whose licence is not known to be compatible
 */
export function renderLicenses(modules) {
  const packages = [...new Set(modules.map(packageOf).filter((folder) => folder !== undefined))].map(describe);
  const other = packages.filter(({ license }) => !compatible.has(license));
  if (other.length > 0)
    throw new Error(`licence not known to be compatible: ${other.map(({ id, license }) => `${id} (${license})`).join(', ')}`);
  const sections = packages.sort((a, b) => (a.id < b.id ? -1 : 1)).map(({ id, license, text }) => `## ${id}\n\n${license}\n\n${text}`);
  return `${[head, ...new Set(sections)].join('\n\n')}\n`;
}

/**
 * @param {string} module
 * @returns {string | undefined} folder of the package; undefined for code of ours
 */
function packageOf(module) {
  return /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+/.exec(module)?.[0];
}

/** @param {string} folder */
function describe(folder) {
  /** @type {{ name: string, version: string, license?: string, author?: string | { name: string } }} */
  const { name, version, license = 'none', author } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const file = readdirSync(folder).find((entry) => /^licen[cs]e(\.(md|txt))?$/i.test(entry));
  const owner = typeof author === 'string' ? author : author?.name;
  // A few come without the text; what they say is in their package.json.
  const text = file ? readFileSync(join(folder, file), 'utf8').trim() : `Copyright ${owner ?? 'its authors'}`;
  return { id: `${name} ${version}`, license, text };
}
