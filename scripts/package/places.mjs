import { dirname, join, relative, resolve } from 'node:path';
import { besideThemselves } from './vendor.mjs';

/**
 * How code finds what is not imported (programs, threads, SQL, C++, pages) is one form, that of the web: `new URL('../x',
 * import.meta.url)`. A bundle moves code to other files, so this plugin of Rolldown writes each of these as a path from the
 * root of the bundle, where everything keeps the path that it has in the checkout: `apps/worker/src/rank.ts` is
 * `apps/worker/src/rank.js` there, `prisma/migrations` is `prisma/migrations`. What is named like this comes along by itself:
 * TypeScript as a program of the bundle, anything else as files.
 *
 * Packages of others use `__dirname`; those that do lie in `vendor/NAME`, see vendor.mjs.
 */

/** A literal path; what is put together at run time cannot be followed. */
const named = /new URL\(\s*'([^']+)',\s*import\.meta\.url,?\s*\)/g;
const anyPlace = /\bimport\.meta\b|\b__dirname\b|\b__filename\b/;

// Replaced once it is known into which file a module goes.
const rootUrl = 'MASSIF_BUNDLE_URL';
const rootPath = 'MASSIF_BUNDLE_PATH';

/**
 * @param {string} root the checkout
 * @returns {{ plugin: import('rolldown').Plugin, files: Map<string, string> }} files: what to copy, path in the bundle to its
 *   source; complete when the bundle is
 */
export function places(root) {
  /** @type {Map<string, string>} */
  const files = new Map();

  /** @type {import('rolldown').Plugin} */
  const plugin = {
    name: 'places',
    transform: {
      filter: { code: anyPlace },
      handler(code, id) {
        const vendor = /^.*\/node_modules\/((?:@[^/]+\/)?[^/]+)\/(.*)$/.exec(id);
        if (vendor) {
          const [, name = '', path = ''] = vendor;
          const needed = besideThemselves[name];
          if (!needed) return this.error(`${name}/${path} looks for files beside itself: say in scripts/package/vendor.mjs which`);
          for (const file of needed) files.set(`vendor/${name}/${file}`, join(id.slice(0, -path.length), file));
          const at = (/** @type {string} */ where) => `(${rootPath} + ${JSON.stringify(`vendor/${name}/${where}`)})`;
          return code.replaceAll(/\b__dirname\b/g, at(dirname(path))).replaceAll(/\b__filename\b/g, at(path));
        }
        const written = code.replaceAll(named, (_, /** @type {string} */ path) => {
          const source = resolve(dirname(id), path);
          const place = relative(root, source) + (path.endsWith('/') ? '/' : '');
          if (!place.endsWith('.ts')) {
            files.set(place, source);
            return `new URL(${JSON.stringify(place)}, ${rootUrl})`;
          }
          const fileName = place.replace(/\.ts$/, '.js');
          this.emitFile({ type: 'chunk', id: source, fileName });
          return `new URL(${JSON.stringify(fileName)}, ${rootUrl})`;
        });
        const rest = written.replaceAll('import.meta.url', `new URL(${JSON.stringify(relative(root, id))}, ${rootUrl}).href`);
        if (/\bimport\.meta\b/.test(rest))
          return this.error(`${relative(root, id)}: write new URL('PATH', import.meta.url) with a literal path`);
        return rest;
      },
    },
    renderChunk(code, { fileName }) {
      const up = '../'.repeat(fileName.split('/').length - 1);
      return code
        .replaceAll(rootUrl, `new URL(${JSON.stringify(`./${up}`)}, import.meta.url)`)
        .replaceAll(rootPath, `import.meta.dirname + ${JSON.stringify(`/${up}`)}`);
    },
  };
  return { plugin, files };
}
