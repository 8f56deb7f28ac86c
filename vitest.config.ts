import { defineConfig } from 'vitest/config';

const folders = ['packages/*', 'apps/*', 'scripts'];
const everywhere = (pattern: string) => folders.map((folder) => `${folder}/**/${pattern}`);
const exclude = ['**/node_modules/**', '**/generated/**'];

// A test's kind is in its file name:
//   *.test.ts              unit: this process, a compiler, small child processes
//   *.integration.test.ts  real PostgreSQL, Valkey, processes
//   *.ci.test.ts           beyond `npm test`: by `npm run test:ci`, which .ci/run adds
//   *.full.test.ts         long (fuzz, chaos, comparisons with others): only by `npm run test:full`
//   e2e/                   the product as processes, one file at a time
export default defineConfig({
  test: {
    // Tests use native code and child processes: a process per file, and two of them even on small machines.
    pool: 'forks',
    maxWorkers: 2,
    allowOnly: false,
    // Themes are read as text by their test.
    css: { include: /\?raw/ },
    // Time limits find what hangs, on machines that are slow or busy too; nothing waits for them otherwise.
    expect: { poll: { timeout: 20_000, interval: 20 } },
    passWithNoTests: false,
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: everywhere('*.test.ts'),
          exclude: [...exclude, '**/*.integration.test.ts', '**/*.full.test.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        extends: true,
        test: { name: 'integration', include: everywhere('*.integration.test.ts'), exclude, testTimeout: 120_000, hookTimeout: 120_000 },
      },
      {
        extends: true,
        test: {
          name: 'e2e',
          include: ['e2e/**/*.test.ts'],
          exclude: [...exclude, '**/*.ci.test.ts', '**/*.full.test.ts'],
          fileParallelism: false,
          testTimeout: 300_000,
          hookTimeout: 120_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'ci',
          include: ['e2e/**/*.ci.test.ts'],
          exclude,
          fileParallelism: false,
          testTimeout: 600_000,
          hookTimeout: 300_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'full',
          include: [...everywhere('*.full.test.ts'), 'e2e/**/*.full.test.ts'],
          exclude,
          fileParallelism: false,
          testTimeout: 3_600_000,
          hookTimeout: 600_000,
        },
      },
    ],
  },
});
