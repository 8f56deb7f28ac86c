import tailwind from '@tailwindcss/vite';
import react from '@vitejs/plugin-react';
import { defineConfig, loadEnv } from 'vite';

// `vite` serves the pages while somebody works on them and passes all else on to a Massif that runs: `npm start` in another terminal, or that
// of MASSIF_URL. The first address is that of signing in.
const passedOn = ['^/\\?key=', '/api', '/openapi.json', '/docs'];

export default defineConfig(({ mode }) => {
  const { MASSIF_URL: api = 'http://127.0.0.1:7700' } = loadEnv(mode, import.meta.dirname, 'MASSIF_');
  return {
    plugins: [react(), tailwind()],
    build: { target: 'es2024', chunkSizeWarningLimit: 700, license: { fileName: 'licenses.md' } },
    server: {
      proxy: Object.fromEntries(passedOn.map((path) => [path, api])),
      // What `npm start` builds meanwhile is not what is shown here.
      watch: { ignored: ['**/dist/**', '**/dist.*/**'] },
    },
  };
});
