import tailwind from '@tailwindcss/vite';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

// `vite` serves the pages while somebody works on them and passes all else on to a Massif that runs: `npm start` in another terminal.
const api = 'http://127.0.0.1:7700';

export default defineConfig({
  plugins: [react(), tailwind()],
  build: { target: 'es2024', chunkSizeWarningLimit: 700, license: { fileName: 'licenses.md' } },
  server: { proxy: Object.fromEntries(['/api', '/openapi.json', '/docs', '/sign-in'].map((path) => [path, api])) },
});
