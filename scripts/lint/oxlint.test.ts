import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { checkout } from '../bootstrap/paths.mjs';
import { temporaryDirectory } from '../bootstrap/temporary.ts';
import { partsOf } from '../test/parts.mjs';

const command = partsOf(checkout).find(({ name }) => name === 'lint')?.commands[0] ?? [];

/** Rules that the repository's configuration finds broken in these files. */
function lint(files: Record<string, string>): string[] {
  const root = temporaryDirectory();
  copyFileSync(join(checkout, '.oxlintrc.json'), join(root, '.oxlintrc.json'));
  symlinkSync(join(checkout, 'node_modules'), join(root, 'node_modules'));
  writeFileSync(
    join(root, 'tsconfig.json'),
    JSON.stringify({
      compilerOptions: {
        module: 'nodenext',
        target: 'es2024',
        strict: true,
        types: ['node'],
        noEmit: true,
        allowImportingTsExtensions: true,
      },
    }),
  );
  writeFileSync(join(root, 'package.json'), '{ "type": "module" }');
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    writeFileSync(join(root, file), text);
  }
  const { stdout, status } = spawnSync(process.execPath, [...command, '--format', 'json'], { cwd: root, encoding: 'utf8' });
  const { diagnostics } = JSON.parse(stdout) as { diagnostics: { code: string }[] };
  expect(status === 0).toBe(diagnostics.length === 0);
  return [...new Set(diagnostics.map(({ code }) => code))].toSorted();
}

test('code that keeps the rules passes', () => {
  expect(lint({ 'packages/a/src/a.ts': 'export const a = async (): Promise<number> => 1;\nawait a();\n' })).toEqual([]);
});

test.each([
  ['a promise that nobody awaits', 'const a = async () => 1;\na();\n', 'typescript(no-floating-promises)'],
  ['a promise where a value is expected', 'const a = async () => true;\nif (a()) throw new Error();\n', 'typescript(no-misused-promises)'],
  ['console', "console.log('x');\n", 'eslint(no-console)'],
  ['process.env', 'export const home = process.env.HOME;\n', 'node(no-process-env)'],
  ['any', 'export const a = (x: any) => x.y as number;\n', 'typescript(no-explicit-any)'],
  ['a comment that says what is left to do', `// ${'TO'}${'DO'}: later\n`, 'eslint(no-warning-comments)'],
])('%s in a package is found', (_, text, rule) => {
  expect(lint({ 'packages/a/src/a.ts': text })).toContain(rule);
});

test('process.env is for the env.ts of an app, and for tests', () => {
  const text = 'export const home = process.env.HOME;\n';
  expect(lint({ 'apps/api/src/env.ts': text, 'packages/a/src/a.test.ts': text })).toEqual([]);
  expect(lint({ 'packages/a/src/env.ts': text })).toEqual(['node(no-process-env)']);
});

test('a cycle of imports is found', () => {
  const files = {
    'packages/a/src/a.ts': "import { b } from './b.ts';\nexport const a = () => b;\n",
    'packages/a/src/b.ts': "import { a } from './a.ts';\nexport const b = () => a;\n",
  };
  expect(lint(files)).toEqual(['import(no-cycle)']);
});

test('a test that keeps the others from running is found, and one that checks nothing', () => {
  const head = "import { expect, test } from 'vitest';\n";
  expect(lint({ 'packages/a/src/a.test.ts': `${head}test.${'only'}('a', () => expect(1).toBe(1));\n` })).toEqual([
    'vitest(no-focused-tests)',
  ]);
  expect(lint({ 'packages/a/src/a.test.ts': `${head}test('a', () => {});\nexpect(1).toBe(1);\n` })).toEqual(['vitest(expect-expect)']);
});

test('a clock or chance in a pure package is found', () => {
  const text = 'export const a = () => Date.now() + Math.random();\n';
  expect(lint({ 'packages/planner/src/a.ts': text })).toEqual(['eslint(no-restricted-globals)', 'eslint(no-restricted-properties)']);
  expect(lint({ 'packages/store/src/a.ts': text, 'packages/planner/src/a.test.ts': text })).toEqual([]);
});
