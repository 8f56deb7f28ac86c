import tailwind from '@tailwindcss/vite';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

// The gallery: `npm run gallery` serves it, `npm run gallery -- build` writes it to dist.
export default defineConfig({
  root: import.meta.dirname + '/gallery',
  base: './',
  plugins: [react(), tailwind()],
  build: { target: 'es2024', outDir: '../dist', emptyOutDir: true, chunkSizeWarningLimit: 2000 },
});
