import tailwind from '@tailwindcss/vite';
import react from '@vitejs/plugin-react';
import compile from 'icu-minify/compile';
import { defineConfig, loadEnv, type Plugin } from 'vite';

// `vite` serves the pages while somebody works on them and passes all else on to a Massif that runs: `npm start` in another terminal, or that
// of MASSIF_URL. The first address is that of signing in.
const passedOn = ['^/\\?key=', '/api', '/openapi.json', '/docs'];

/**
 * What every page is drawn with, in one file: dozens of small ones come later, and are larger together. A component that not every page
 * has stays out of it.
 */
const core = [
  /node_modules\/(react|react-dom|scheduler|use-sync-external-store|use-intl)\//,
  /node_modules\/@tanstack\/(react-router|router-core|history|store|react-store|query-core|react-query)\//,
  /node_modules\/@floating-ui\//,
  /node_modules\/@base-ui\/(utils|react\/(floating-ui-react|internals|utils|tooltip|menu|button|progress|toggle|toggle-group|merge-props|use-render|composite|separator))\//,
  /node_modules\/lucide-react\/dist\/esm\/shared\//,
  /packages\/sdk\/src\//,
  /packages\/contracts\/src\/errors\//,
  /packages\/ui\/src\/components\/(badge|button|card|copy|cx|menu|page-header|popup|provider|relative-time|segmented|skeleton|small|stat|state-badge|states|table|toasts|tooltip|use-toast)\./,
  /apps\/dashboard\/src\/(api|i18n|shell)\/(?!.*(dialog|command)).*\.tsx?$/,
];

export default defineConfig(({ mode }) => {
  const { MASSIF_URL: api = 'http://127.0.0.1:7700' } = loadEnv(mode, import.meta.dirname, 'MASSIF_');
  return {
    plugins: [react(), tailwind(), compiledMessages()],
    resolve: { alias: [{ find: /^use-intl\/format-message$/, replacement: 'use-intl/format-message/format-only' }] },
    build: {
      target: 'es2024',
      chunkSizeWarningLimit: 700,
      license: { fileName: 'licenses.md' },
      rolldownOptions: {
        output: { codeSplitting: { groups: [{ name: 'core', test: (id: string) => core.some((part) => part.test(id)) }] } },
      },
    },
    server: {
      proxy: Object.fromEntries(passedOn.map((path) => [path, api])),
      // What `npm start` builds meanwhile is not what is shown here.
      watch: { ignored: ['**/dist/**', '**/dist.*/**'] },
    },
  };
});

type Words = string | { [key: string]: Words };

/** Reads the messages of both languages when the dashboard is built, so that no browser need load the parser. */
function compiledMessages(): Plugin {
  const compiled = (words: Words): unknown =>
    typeof words === 'string' ? compile(words) : Object.fromEntries(Object.entries(words).map(([key, each]) => [key, compiled(each)]));
  return {
    name: 'compiled-messages',
    enforce: 'pre',
    transform: { filter: { id: /\/src\/i18n\/(en|zh)\.json$/ }, handler: (text) => JSON.stringify(compiled(JSON.parse(text) as Words)) },
  };
}
